<?xml version="1.0" encoding="UTF-8"?>
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:e="urn:emgate:example:1" exclude-result-prefixes="e">
  <xsl:output method="xml" encoding="UTF-8"/>
  <xsl:template match="/e:sample">
    <notice plant="{@plant}" day="{@day}"><xsl:value-of select="."/></notice>
  </xsl:template>
</xsl:stylesheet>
