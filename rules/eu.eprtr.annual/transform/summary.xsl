<?xml version="1.0" encoding="UTF-8"?>
<!-- The yearly report of a facility to the summary for the authority, urn:emgate:eprtr-summary:1. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns="urn:emgate:eprtr-summary:1"
    xmlns:e="urn:emgate:eprtr:1" xmlns:p="urn:emgate:parameters:1" exclude-result-prefixes="e p">
  <xsl:output method="xml" encoding="UTF-8" indent="yes"/>
  <xsl:param name="parameters"/>

  <!-- A release whose threshold is known and exceeded: the figures of Annex II hold for releases to air. -->
  <xsl:template name="threshold">
    <xsl:if test="@medium = 'air'">
      <xsl:variable name="pollutant" select="string(@pollutant)"/>
      <xsl:value-of select="$parameters/p:parameter[@name = 'threshold-air'][@component = $pollutant][1]/@value"/>
    </xsl:if>
  </xsl:template>

  <xsl:template match="/e:facility-report">
    <xsl:variable name="releases">
      <xsl:apply-templates select="e:release"/>
    </xsl:variable>
    <summary report="{@id}" report-version="{@version}" plant="{@plant}" year="{@year}"
        package="{$parameters/@package}" package-version="{$parameters/@version}">
      <xsl:attribute name="above">
        <xsl:value-of select="string-length(translate($releases, 'n-', ''))"/>
      </xsl:attribute>
      <title xml:lang="de">Jahresbericht einer Betriebseinrichtung nach Verordnung (EG) Nr. 166/2006</title>
      <title xml:lang="en">Yearly report of a facility under Regulation (EC) No 166/2006</title>
      <xsl:for-each select="e:remark">
        <remark xml:lang="{@lang}"><xsl:value-of select="."/></remark>
      </xsl:for-each>
      <facility id="{e:facility/@id}" name="{e:facility/@name}"
          activity="{e:facility/e:activity[@main = 'yes']/@code}" latitude="{e:facility/@latitude}"
          longitude="{e:facility/@longitude}"/>
      <xsl:apply-templates select="e:release" mode="row"/>
      <xsl:apply-templates select="e:combustion-plant"/>
    </summary>
  </xsl:template>

  <!-- One letter a release: y above, n not above, - not judged. -->
  <xsl:template match="e:release">
    <xsl:variable name="threshold"><xsl:call-template name="threshold"/></xsl:variable>
    <xsl:choose>
      <xsl:when test="$threshold = ''">-</xsl:when>
      <xsl:when test="number(@total) &gt; number($threshold)">y</xsl:when>
      <xsl:otherwise>n</xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="e:release" mode="row">
    <xsl:variable name="pollutant" select="string(@pollutant)"/>
    <xsl:variable name="threshold"><xsl:call-template name="threshold"/></xsl:variable>
    <xsl:variable name="letter"><xsl:apply-templates select="."/></xsl:variable>
    <release pollutant="{@pollutant}" medium="{@medium}" total="{@total}" accidental="{@accidental}" method="{@method}">
      <xsl:if test="$threshold != ''">
        <xsl:attribute name="threshold"><xsl:value-of select="$threshold"/></xsl:attribute>
        <xsl:attribute name="citation">
          <xsl:value-of select="$parameters/p:parameter[@name = 'threshold-air'][@component = $pollutant][1]/@citation"/>
        </xsl:attribute>
      </xsl:if>
      <xsl:attribute name="above">
        <xsl:choose>
          <xsl:when test="$letter = 'y'">yes</xsl:when>
          <xsl:when test="$letter = 'n'">no</xsl:when>
          <xsl:otherwise>not-judged</xsl:otherwise>
        </xsl:choose>
      </xsl:attribute>
    </release>
  </xsl:template>

  <xsl:template match="e:combustion-plant">
    <combustion-plant id="{@id}" name="{@name}" rated="{@rated}" operating-hours="{@operating-hours}"
        SO2="{e:emission[@pollutant = 'SO2']/@total}" NOx="{e:emission[@pollutant = 'NOx']/@total}"
        dust="{e:emission[@pollutant = 'dust']/@total}"/>
  </xsl:template>
</xsl:stylesheet>
