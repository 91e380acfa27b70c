<?xml version="1.0" encoding="UTF-8"?>
<!-- Mean, largest value, count and lost half-hours of each component. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns="urn:emgate:bench:1"
    xmlns:r="urn:emgate:report:1" xmlns:p="urn:emgate:parameters:1" xmlns:fn="urn:emgate:function:1"
    exclude-result-prefixes="r p fn">
  <xsl:output method="xml" encoding="UTF-8" indent="yes"/>
  <xsl:param name="parameters"/>
  <xsl:param name="lost-max"/>

  <xsl:template match="/r:report">
    <means report="{@id}" plant="{@plant}" day="{@from}">
      <xsl:apply-templates select="r:source/r:series"/>
    </means>
  </xsl:template>

  <xsl:template match="r:series">
    <xsl:variable name="component" select="@component"/>
    <xsl:variable name="limit" select="$parameters/p:parameter[@name = 'limit'][@component = $component]/@value"/>
    <xsl:variable name="used" select="r:v[@s = 'valid']"/>
    <xsl:variable name="lost" select="count(r:v) - count($used)"/>
    <xsl:variable name="mean" select="sum($used/@x) div count($used)"/>
    <component name="{@component}" unit="{@unit}" n="{count($used)}" lost="{$lost}"
        mean="{fn:number-text($mean, 3)}" limit="{$limit}">
      <xsl:attribute name="status">
        <xsl:choose>
          <xsl:when test="$lost &gt; $lost-max">invalid</xsl:when>
          <xsl:otherwise>valid</xsl:otherwise>
        </xsl:choose>
      </xsl:attribute>
      <xsl:attribute name="exceeded">
        <xsl:choose>
          <xsl:when test="fn:round($mean, 0) &gt; $limit">yes</xsl:when>
          <xsl:otherwise>no</xsl:otherwise>
        </xsl:choose>
      </xsl:attribute>
      <xsl:for-each select="$used[@x &gt; 2 * $limit]">
        <over t="{@t}" x="{@x}"/>
      </xsl:for-each>
    </component>
  </xsl:template>
</xsl:stylesheet>
