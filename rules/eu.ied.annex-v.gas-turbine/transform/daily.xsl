<?xml version="1.0" encoding="UTF-8"?>
<!--
  Hourly means of one day to the daily assessment, urn:emgate:daily:1.

  For each component: the 24 hours of the day are laid out first (standardised, validated, class), then
  judged. The class of an hour says what it counts for:
    used    a valid value, standardised, in operation: goes into the mean
    lost    no value, or the measuring system failed or was maintained
    idle    out of operation (only where operation states are reported)
    unused  a value that may not be used for another reason
  Unrounded numbers are written so that they read back the same (up to 17 digits; hence XPath's sum(), which
  here is exact and reads them all); rounded ones with the places of the limit.
-->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns="urn:emgate:daily:1" xmlns:r="urn:emgate:report:1" xmlns:p="urn:emgate:parameters:1"
    xmlns:fn="urn:emgate:function:1" xmlns:exsl="http://exslt.org/common"
    xmlns:h="urn:emgate:daily:hours"
    exclude-result-prefixes="r p fn exsl h">
  <xsl:output method="xml" encoding="UTF-8" indent="yes"/>

  <xsl:param name="parameters"/>
  <xsl:param name="reference-oxygen"/>
  <xsl:param name="lost-max"/>
  <xsl:param name="day-percent"/>
  <xsl:param name="hour-percent"/>

  <!-- The places of a day: an hour is known by its end. -->
  <xsl:variable name="labels">
    <h:label>01</h:label><h:label>02</h:label><h:label>03</h:label><h:label>04</h:label><h:label>05</h:label><h:label>06</h:label>
    <h:label>07</h:label><h:label>08</h:label><h:label>09</h:label><h:label>10</h:label><h:label>11</h:label><h:label>12</h:label>
    <h:label>13</h:label><h:label>14</h:label><h:label>15</h:label><h:label>16</h:label><h:label>17</h:label><h:label>18</h:label>
    <h:label>19</h:label><h:label>20</h:label><h:label>21</h:label><h:label>22</h:label><h:label>23</h:label><h:label>24</h:label>
  </xsl:variable>
  <!-- Decimals that remain of a per cent of a limit: takes back what binary arithmetic lost. -->
  <xsl:variable name="percent-places" select="4"/>

  <xsl:template match="/r:report">
    <daily report="{@id}" report-version="{@version}" plant="{@plant}" day="{@from}" step="{@step}"
        zone="{@zone}" package="{$parameters/@package}" package-version="{$parameters/@version}">
      <title xml:lang="de">Tagesbeurteilung einer Gasturbine nach Richtlinie 2010/75/EU, Anhang V</title>
      <title xml:lang="en">Daily assessment of a gas turbine under Directive 2010/75/EU, Annex V</title>
      <xsl:for-each select="r:remark">
        <remark xml:lang="{@lang}"><xsl:value-of select="."/></remark>
      </xsl:for-each>
      <xsl:for-each select="$parameters/p:parameter[not(@component)]">
        <xsl:call-template name="parameter-used"/>
      </xsl:for-each>
      <xsl:apply-templates select="r:source"/>
    </daily>
  </xsl:template>

  <xsl:template match="r:source">
    <source id="{@id}">
      <xsl:apply-templates select="r:series"/>
    </source>
  </xsl:template>

  <!-- A parameter as it was used, with where it came from. -->
  <xsl:template name="parameter-used">
    <parameter name="{@name}" value="{@value}" unit="{@unit}" origin="{@origin}" citation="{@citation}"/>
  </xsl:template>

  <xsl:template match="r:series">
    <xsl:variable name="component" select="string(@component)"/>
    <xsl:variable name="source" select="string(../@id)"/>
    <xsl:variable name="rows" select="$parameters/p:parameter[@component = $component]
        [not(@source) or @source = $source]"/>
    <xsl:variable name="limit-row" select="$rows[@name = 'limit'][1]"/>
    <xsl:variable name="uncertainty-row" select="$rows[@name = 'uncertainty'][1]"/>
    <xsl:variable name="limit" select="fn:number($limit-row/@value)"/>
    <xsl:variable name="place" select="string-length(substring-after($limit-row/@value, '.'))"/>
    <xsl:variable name="subtracted"
        select="fn:round(fn:percent-of($uncertainty-row/@value, $limit), $percent-places)"/>

    <xsl:variable name="hours-tree">
      <xsl:call-template name="hours">
        <xsl:with-param name="series" select="."/>
        <xsl:with-param name="subtracted" select="$subtracted"/>
        <xsl:with-param name="place" select="$place"/>
      </xsl:call-template>
    </xsl:variable>

    <xsl:call-template name="judge">
      <xsl:with-param name="series" select="."/>
      <xsl:with-param name="hours" select="exsl:node-set($hours-tree)/h:hour"/>
      <xsl:with-param name="limit-row" select="$limit-row"/>
      <xsl:with-param name="uncertainty-row" select="$uncertainty-row"/>
      <xsl:with-param name="subtracted" select="$subtracted"/>
      <xsl:with-param name="place" select="$place"/>
      <xsl:with-param name="day-limit"
          select="fn:round(fn:percent-of($day-percent, $limit), $percent-places)"/>
      <xsl:with-param name="hour-limit"
          select="fn:round(fn:percent-of($hour-percent, $limit), $percent-places)"/>
    </xsl:call-template>
  </xsl:template>

  <!-- The 24 hours of the day as h:hour, one each, whether the report has them or not. -->
  <xsl:template name="hours">
    <xsl:param name="series"/>
    <xsl:param name="subtracted"/>
    <xsl:param name="place"/>
    <xsl:variable name="day" select="string($series/../../@from)"/>
    <xsl:for-each select="exsl:node-set($labels)/h:label">
      <xsl:variable name="t" select="concat($day, 'T', ., ':00:00')"/>
      <xsl:variable name="v" select="$series/r:v[@t = $t]"/>
      <xsl:variable name="state" select="string($series/../r:operation/r:v[@t = $t]/@w)"/>
      <xsl:variable name="standardised">
        <xsl:if test="$v/@s = 'valid'">
          <xsl:call-template name="standardise">
            <xsl:with-param name="series" select="$series"/>
            <xsl:with-param name="v" select="$v"/>
          </xsl:call-template>
        </xsl:if>
      </xsl:variable>
      <h:hour t="{$t}">
        <xsl:attribute name="class">
          <xsl:choose>
            <xsl:when test="$state != '' and $state != 'on'">idle</xsl:when>
            <xsl:when test="not($v)">lost</xsl:when>
            <xsl:when test="$v/@s = 'missing' or $v/@s = 'malfunction' or $v/@s = 'maintenance'">lost</xsl:when>
            <xsl:when test="$v/@s != 'valid'">unused</xsl:when>
            <xsl:when test="string($standardised) = ''">lost</xsl:when>
            <xsl:otherwise>used</xsl:otherwise>
          </xsl:choose>
        </xsl:attribute>
        <xsl:if test="string($standardised) != ''">
          <xsl:variable name="validated" select="fn:validate(number($standardised), $subtracted)"/>
          <xsl:attribute name="validated"><xsl:value-of select="fn:number-text($validated)"/></xsl:attribute>
          <xsl:attribute name="rounded"><xsl:value-of select="fn:number-text($validated, $place)"/></xsl:attribute>
        </xsl:if>
        <xsl:call-template name="mass">
          <xsl:with-param name="series" select="$series"/>
          <xsl:with-param name="v" select="$v"/>
          <xsl:with-param name="standardised" select="string($standardised)"/>
        </xsl:call-template>
      </h:hour>
    </xsl:for-each>
  </xsl:template>

  <!-- Text of the standardised value, or nothing where a companion that it needs can not be used. -->
  <xsl:template name="standardise">
    <xsl:param name="series"/>
    <xsl:param name="v"/>
    <xsl:choose>
      <xsl:when test="$series/@quantity = 'SSTA'"><xsl:value-of select="$v/@x"/></xsl:when>
      <xsl:otherwise>
        <xsl:variable name="usable" select="$series/../r:companion/r:v[@t = $v/@t]
            [@s = 'valid' or @s = 'substitute']"/>
        <xsl:variable name="oxygen" select="$usable[../@name = 'oxygen']/@x"/>
        <xsl:variable name="temperature" select="$usable[../@name = 'temperature']"/>
        <xsl:variable name="pressure" select="$usable[../@name = 'pressure']"/>
        <xsl:variable name="moisture" select="$usable[../@name = 'moisture']/@x"/>
        <xsl:if test="$oxygen and $temperature and $pressure and $moisture">
          <xsl:variable name="kelvin" select="number($temperature/@x)
              + 273.15 * number($temperature/../@unit = 'degC')"/>
          <xsl:variable name="kpa" select="number($pressure/@x)
              div (1 + 9 * number($pressure/../@unit = 'hPa'))"/>
          <xsl:value-of select="fn:number-text(fn:reference-oxygen(
              fn:standard-dry(number($v/@x), $kelvin, $kpa, number($moisture)),
              number($oxygen), $reference-oxygen))"/>
        </xsl:if>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!--
    @mass in mg of the hour, where the flow is there under conditions that fit a value: standard flow to the
    standardised value, operating flow to the value as measured (STA).
  -->
  <xsl:template name="mass">
    <xsl:param name="series"/>
    <xsl:param name="v"/>
    <xsl:param name="standardised"/>
    <xsl:variable name="flow" select="$series/../r:companion[@name = 'flow']"/>
    <xsl:variable name="at" select="$flow/r:v[@t = $v/@t][@s = 'valid' or @s = 'substitute']/@x"/>
    <xsl:if test="$v/@s = 'valid' and $at">
      <xsl:choose>
        <xsl:when test="$flow/@conditions = 'standard' and $standardised != ''">
          <xsl:attribute name="mass">
            <xsl:value-of select="fn:number-text(number($standardised) * number($at))"/>
          </xsl:attribute>
        </xsl:when>
        <xsl:when test="$flow/@conditions = 'operating' and $series/@quantity = 'STA'">
          <xsl:attribute name="mass">
            <xsl:value-of select="fn:number-text(number($v/@x) * number($at))"/>
          </xsl:attribute>
        </xsl:when>
      </xsl:choose>
    </xsl:if>
  </xsl:template>

  <xsl:template name="judge">
    <xsl:param name="series"/>
    <xsl:param name="hours"/>
    <xsl:param name="limit-row"/>
    <xsl:param name="uncertainty-row"/>
    <xsl:param name="subtracted"/>
    <xsl:param name="place"/>
    <xsl:param name="day-limit"/>
    <xsl:param name="hour-limit"/>
    <xsl:variable name="used" select="$hours[@class = 'used']"/>
    <xsl:variable name="lost" select="count($hours[@class = 'lost'])"/>
    <xsl:variable name="over" select="$used[fn:number(@rounded) &gt; $hour-limit]"/>
    <xsl:variable name="reason">
      <xsl:choose>
        <xsl:when test="$lost &gt; $lost-max">lost-hours</xsl:when>
        <xsl:when test="not($used) and count($hours[@class = 'idle']) = count($hours)">no-operation</xsl:when>
        <xsl:when test="not($used)">no-valid-hour</xsl:when>
      </xsl:choose>
    </xsl:variable>

    <component name="{$series/@component}" unit="{$series/@unit}" quantity="{$series/@quantity}"
        limit="{$limit-row/@value}" subtracted="{fn:number-text($subtracted)}"
        n="{count($used)}" lost="{$lost}" unused="{count($hours[@class = 'unused'])}"
        idle="{count($hours[@class = 'idle'])}">
      <xsl:attribute name="status">
        <xsl:choose>
          <xsl:when test="$reason = ''">valid</xsl:when>
          <xsl:when test="$reason = 'no-operation'">none</xsl:when>
          <xsl:otherwise>invalid</xsl:otherwise>
        </xsl:choose>
      </xsl:attribute>
      <xsl:if test="$reason != ''">
        <xsl:attribute name="reason"><xsl:value-of select="$reason"/></xsl:attribute>
      </xsl:if>
      <xsl:call-template name="day-mean">
        <xsl:with-param name="used" select="$used"/>
        <xsl:with-param name="judged" select="$reason = ''"/>
        <xsl:with-param name="place" select="$place"/>
        <xsl:with-param name="day-limit" select="$day-limit"/>
      </xsl:call-template>
      <xsl:attribute name="hour-limit"><xsl:value-of select="fn:number-text($hour-limit)"/></xsl:attribute>
      <xsl:attribute name="hours-over"><xsl:value-of select="count($over)"/></xsl:attribute>
      <xsl:for-each select="$limit-row | $uncertainty-row">
        <xsl:call-template name="parameter-used"/>
      </xsl:for-each>
      <xsl:for-each select="$over">
        <hour-over t="{@t}" validated="{@validated}" rounded="{@rounded}"/>
      </xsl:for-each>
      <xsl:if test="$hours/@mass">
        <load unit="kg" value="{fn:number-text(sum($hours/@mass) div 1000000)}"
            hours="{count($hours[@mass])}"/>
      </xsl:if>
    </component>
  </xsl:template>

  <!-- Mean of the validated values, rounded once; judged only when the day is valid. -->
  <xsl:template name="day-mean">
    <xsl:param name="used"/>
    <xsl:param name="judged"/>
    <xsl:param name="place"/>
    <xsl:param name="day-limit"/>
    <xsl:variable name="mean" select="sum($used/@validated) div count($used)"/>
    <xsl:variable name="rounded" select="fn:round($mean, $place)"/>
    <xsl:if test="$used">
      <xsl:attribute name="mean"><xsl:value-of select="fn:number-text($mean)"/></xsl:attribute>
      <xsl:attribute name="rounded"><xsl:value-of select="fn:number-text($mean, $place)"/></xsl:attribute>
    </xsl:if>
    <xsl:attribute name="day-limit"><xsl:value-of select="fn:number-text($day-limit)"/></xsl:attribute>
    <xsl:attribute name="exceeded">
      <xsl:choose>
        <xsl:when test="not($judged)">not-judged</xsl:when>
        <xsl:when test="$rounded &gt; $day-limit">yes</xsl:when>
        <xsl:otherwise>no</xsl:otherwise>
      </xsl:choose>
    </xsl:attribute>
  </xsl:template>
</xsl:stylesheet>
