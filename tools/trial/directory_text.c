/*
 * The directory as text. Attributes in the order of the schema, two blanks a level, one element a
 * line, so that two versions can be compared line by line.
 */
#include "trial/directory_text.h"

#include "base/text.h"

static void put_attribute(struct eg_buf *out, const char *name, const char *value)
{
    if (value == NULL || value[0] == '\0') {
        return;
    }
    eg_buf_format(out, " %s=\"", name);
    eg_text_xml(out, eg_bytes_of(value));
    eg_buf_char(out, '"');
}

static void put_digest(struct eg_buf *out, const char *name, const struct eg_digest *digest)
{
    char text[EG_DIGEST_TEXT_LEN + 1];
    eg_digest_text(digest, text);
    put_attribute(out, name, text);
}

static void put_certificate(struct eg_buf *out, const struct eg_certificate_rule *rule)
{
    eg_buf_text(out, "    <certificate");
    if (rule->pinned) {
        put_digest(out, "digest", &rule->certificate);
    } else {
        put_digest(out, "issuer-key", &rule->issuer_key);
        put_attribute(out, "subject", rule->subject);
    }
    eg_buf_text(out, "/>\n");
}

static void put_roles(struct eg_buf *out, unsigned roles)
{
    const char *blank = "";
    eg_buf_text(out, " roles=\"");
    for (unsigned bit = EG_ROLE_OPERATOR; bit <= EG_ROLE_GATEWAY; bit <<= 1) {
        if ((roles & bit) != 0) {
            eg_buf_format(out, "%s%s", blank, eg_role_text((enum eg_role)bit));
            blank = " ";
        }
    }
    eg_buf_char(out, '"');
}

static void put_participant(struct eg_buf *out, const struct eg_participant *participant)
{
    eg_buf_text(out, "  <participant");
    put_attribute(out, "id", participant->id);
    put_attribute(out, "name", participant->name);
    put_roles(out, participant->roles);
    eg_buf_text(out, ">\n");
    for (size_t i = 0; i < participant->certificate_count; i++) {
        put_certificate(out, &participant->certificates[i]);
    }
    for (size_t i = 0; i < participant->package_prefix_count; i++) {
        eg_buf_text(out, "    <publishes");
        put_attribute(out, "prefix", participant->package_prefixes[i]);
        eg_buf_text(out, "/>\n");
    }
    for (size_t i = 0; i < participant->land_count; i++) {
        eg_buf_text(out, "    <land>");
        eg_text_xml(out, eg_bytes_of(participant->lands[i]));
        eg_buf_text(out, "</land>\n");
    }
    eg_buf_text(out, "  </participant>\n");
}

static void put_days(struct eg_buf *out, const char *from, const char *until)
{
    put_attribute(out, "from", from);
    put_attribute(out, "until", until);
}

/* Where an entry holds; everywhere is not written. */
static void put_place(struct eg_buf *out, const char *source, const char *component)
{
    put_attribute(out, "source", source);
    put_attribute(out, "component", component);
}

static void put_parameter(struct eg_buf *out, const struct eg_plant_parameter *parameter)
{
    eg_buf_text(out, "    <parameter");
    put_attribute(out, "package", parameter->package);
    put_attribute(out, "name", parameter->name);
    put_place(out, parameter->source, parameter->component);
    put_attribute(out, "value", parameter->value);
    put_attribute(out, "unit", parameter->unit);
    put_attribute(out, "citation", parameter->citation);
    put_days(out, parameter->from, parameter->until);
    eg_buf_text(out, "/>\n");
}

static void put_setting(struct eg_buf *out, const struct eg_plant_setting *setting)
{
    eg_buf_text(out, "    <setting");
    put_attribute(out, "package", setting->package);
    put_attribute(out, "name", setting->name);
    put_place(out, setting->source, setting->component);
    put_attribute(out, "word", setting->word);
    put_attribute(out, "citation", setting->citation);
    put_days(out, setting->from, setting->until);
    eg_buf_text(out, "/>\n");
}

static void put_sources(struct eg_buf *out, const struct eg_plant *plant)
{
    for (size_t i = 0; i < plant->source_count; i++) {
        eg_buf_text(out, "    <source");
        put_attribute(out, "id", plant->sources[i].id);
        put_days(out, plant->sources[i].from, plant->sources[i].until);
        eg_buf_text(out, "/>\n");
    }
}

static void put_devices(struct eg_buf *out, const struct eg_plant *plant)
{
    for (size_t i = 0; i < plant->device_count; i++) {
        const struct eg_plant_device *device = &plant->devices[i];
        eg_buf_text(out, "    <device");
        put_attribute(out, "id", device->id);
        put_attribute(out, "name", device->name);
        put_place(out, device->source, device->component);
        put_days(out, device->from, device->until);
        eg_buf_text(out, "/>\n");
    }
}

static void put_duties(struct eg_buf *out, const struct eg_plant *plant)
{
    for (size_t i = 0; i < plant->authority_count; i++) {
        const struct eg_plant_authority *authority = &plant->authorities[i];
        eg_buf_text(out, "    <authority");
        put_attribute(out, "participant", authority->participant);
        put_attribute(out, "kind", authority->kind);
        put_days(out, authority->from, authority->until);
        eg_buf_text(out, "/>\n");
    }
    for (size_t i = 0; i < plant->regime_count; i++) {
        const struct eg_plant_regime *regime = &plant->regimes[i];
        eg_buf_text(out, "    <regime");
        put_attribute(out, "name", regime->name);
        put_place(out, regime->source, regime->component);
        put_days(out, regime->from, regime->until);
        eg_buf_text(out, "/>\n");
    }
    for (size_t i = 0; i < plant->delegate_count; i++) {
        const struct eg_delegate *delegate = &plant->delegates[i];
        eg_buf_text(out, "    <delegate");
        put_attribute(out, "participant", delegate->participant);
        put_days(out, delegate->from, delegate->until);
        put_attribute(out, "supersedes", delegate->supersedes ? "yes" : "");
        eg_buf_text(out, "/>\n");
    }
}

static void put_retentions(struct eg_buf *out, const struct eg_plant *plant)
{
    for (size_t i = 0; i < plant->retention_count; i++) {
        const struct eg_retention *retention = &plant->retentions[i];
        eg_buf_text(out, "    <retention");
        put_attribute(out, "kind", retention->kind);
        eg_buf_format(out, " years=\"%u\"", retention->years);
        put_attribute(out, "citation", retention->citation);
        eg_buf_text(out, "/>\n");
    }
}

static void put_plant(struct eg_buf *out, const struct eg_plant *plant)
{
    eg_buf_text(out, "  <plant");
    put_attribute(out, "id", plant->id);
    put_attribute(out, "name", plant->name);
    put_attribute(out, "operator", plant->operator_id);
    put_attribute(out, "land", plant->land);
    put_days(out, plant->from, plant->until);
    put_attribute(out, "zone", plant->zone);
    eg_buf_text(out, ">\n");
    put_sources(out, plant);
    put_duties(out, plant);
    put_devices(out, plant);
    for (size_t i = 0; i < plant->parameter_count; i++) {
        put_parameter(out, &plant->parameters[i]);
    }
    for (size_t i = 0; i < plant->setting_count; i++) {
        put_setting(out, &plant->settings[i]);
    }
    put_retentions(out, plant);
    eg_buf_text(out, "  </plant>\n");
}

static void put_log_key(struct eg_buf *out, const struct eg_log_key *key)
{
    eg_buf_text(out, "  <log-key");
    put_attribute(out, "origin", key->origin);
    put_attribute(out, "gateway", key->gateway);
    eg_buf_text(out, " key=\"");
    eg_text_hex(out, (struct eg_bytes){key->key, sizeof key->key});
    eg_buf_char(out, '"');
    put_attribute(out, "from", key->from);
    put_attribute(out, "until", key->until);
    eg_buf_text(out, "/>\n");
}

enum eg_status eg_directory_write(struct eg_buf *out, const struct eg_directory *directory,
                                  struct eg_error *err)
{
    char not_after[EG_TIME_TEXT_MAX];
    eg_text_time(not_after, directory->not_after_ms);
    eg_buf_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    eg_buf_format(
        out, "<directory xmlns=\"urn:emgate:directory:2\" version=\"%llu\" not-after=\"%s\">\n",
        (unsigned long long)directory->version, not_after);
    for (size_t i = 0; i < directory->participant_count; i++) {
        put_participant(out, &directory->participants[i]);
    }
    for (size_t i = 0; i < directory->plant_count; i++) {
        put_plant(out, &directory->plants[i]);
    }
    for (size_t i = 0; i < directory->log_key_count; i++) {
        put_log_key(out, &directory->log_keys[i]);
    }
    eg_buf_text(out, "</directory>\n");
    return eg_buf_ok(out, "directory", err);
}
