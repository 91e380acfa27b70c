<?xml version="1.0" encoding="UTF-8"?>
<!-- An announcement to what the authority puts into its calendar, urn:emgate:announcement:1. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns="urn:emgate:announcement:1"
    xmlns:r="urn:emgate:report:1" xmlns:date="http://exslt.org/dates-and-times" exclude-result-prefixes="r date">
  <xsl:output method="xml" encoding="UTF-8" indent="yes"/>
  <xsl:param name="parameters"/>
  <xsl:param name="notice-days-min"/>

  <xsl:template match="/r:report">
    <announcement report="{@id}" report-version="{@version}" plant="{@plant}" reason="{r:task/@reason}"
        planned-from="{r:task/@planned-from}" planned-until="{r:task/@planned-until}" announced="{r:task/@announced}"
        notice-days="{(date:seconds(string(r:task/@planned-from)) - date:seconds(string(r:task/@announced))) div 86400}"
        notice-days-min="{$notice-days-min}"
        package="{$parameters/@package}" package-version="{$parameters/@version}">
      <xsl:copy-of select="r:task/@reference"/>
      <title xml:lang="de">Ankündigung einer Emissionsmessung</title>
      <title xml:lang="en">Announcement of an emission measurement</title>
      <xsl:for-each select="r:remark | r:task/r:remark">
        <remark xml:lang="{@lang}"><xsl:value-of select="."/></remark>
      </xsl:for-each>
      <laboratory name="{r:laboratory/@name}" register="{r:laboratory/@register}">
        <xsl:copy-of select="r:laboratory/@responsible"/>
      </laboratory>
      <xsl:for-each select="r:source">
        <source id="{@id}">
          <xsl:if test="r:place">
            <xsl:attribute name="place"><xsl:value-of select="r:place/@description"/></xsl:attribute>
          </xsl:if>
          <xsl:copy-of select="r:during/@state"/>
          <xsl:for-each select="r:series">
            <component name="{@component}" method="{@method}"/>
          </xsl:for-each>
        </source>
      </xsl:for-each>
    </announcement>
  </xsl:template>
</xsl:stylesheet>
