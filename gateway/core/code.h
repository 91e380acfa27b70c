/*
 * The one table of answers: a stable code for machines, the kind of answer it belongs to, one
 * sentence in English and German for people, what to do, and when to come back.
 *
 * Three kinds of answer (DESIGN: "Talking to the gateway"):
 *   UNAUTHENTICATED  who you are, or what you may do, is not shown. Never in the log
 *   ERROR            ours or the moment's. Not final, never in the log
 *   RECEIPT          a decision: final and logged
 */
#ifndef EG_CORE_CODE_H
#define EG_CORE_CODE_H

#include <stdint.h>

enum eg_answer { EG_ANSWER_NONE, EG_ANSWER_UNAUTHENTICATED, EG_ANSWER_ERROR, EG_ANSWER_RECEIPT };

/* X(name, text of the code, kind, retry after ms, English, German, what to do (English), what to do
 * (German)) */
#define EG_CODES(X)                                                                                \
    X(OK, "ok", NONE, 0, "Nothing is wrong.", "Nichts zu beanstanden.", "", "")                    \
    X(CMS_NOT_CMS, "cms-not-cms", UNAUTHENTICATED, 0, "The signature is not CMS SignedData.",      \
      "Die Signatur ist kein CMS SignedData.", "Sign with CAdES-BES, detached, in DER.",           \
      "Mit CAdES-BES, abgesetzt, in DER signieren.")                                               \
    X(CMS_TRAILING, "cms-trailing-octets", UNAUTHENTICATED, 0,                                     \
      "Octets follow the end of the signature.", "Nach dem Ende der Signatur folgen Oktette.",     \
      "Send exactly the DER octets of the CMS.", "Genau die DER-Oktette der CMS senden.")          \
    X(CMS_CONTENT, "cms-not-detached", UNAUTHENTICATED, 0,                                         \
      "The signature carries content; it must be detached.",                                       \
      "Die Signatur enthält Inhalt; sie muss abgesetzt sein.", "Sign detached.",                   \
      "Abgesetzt signieren.")                                                                      \
    X(CMS_CONTENT_TYPE, "cms-content-type", UNAUTHENTICATED, 0,                                    \
      "The eContentType is not that of the signed kind.",                                          \
      "Der eContentType passt nicht zur Art des Dokuments.",                                       \
      "Sign with the OID of this kind (certs/README).",                                            \
      "Mit der OID dieser Art signieren (certs/README).")                                          \
    X(CMS_SIGNERS, "cms-signers", UNAUTHENTICATED, 0, "There must be exactly one signer.",         \
      "Es muss genau einen Unterzeichner geben.", "Sign once.", "Einmal signieren.")               \
    X(CMS_ATTRIBUTE_MISSING, "cms-attribute-missing", UNAUTHENTICATED, 0,                          \
      "A signed attribute is missing.", "Ein signiertes Attribut fehlt.",                          \
      "Use CAdES-BES (openssl cms -cades).", "CAdES-BES verwenden (openssl cms -cades).")          \
    X(CMS_ATTRIBUTE_DOUBLED, "cms-attribute-doubled", UNAUTHENTICATED, 0,                          \
      "A signed attribute occurs more than once.", "Ein signiertes Attribut kommt mehrfach vor.",  \
      "Give each attribute once.", "Jedes Attribut einmal angeben.")                               \
    X(CMS_ATTRIBUTE_UNKNOWN, "cms-attribute-unknown", UNAUTHENTICATED, 0,                          \
      "An attribute is not allowed.", "Ein Attribut ist nicht zugelassen.",                        \
      "Send only the attributes of the profile.", "Nur die Attribute des Profils senden.")         \
    X(CMS_ALGORITHM, "cms-algorithm", UNAUTHENTICATED, 0,                                          \
      "An algorithm or key size is not allowed by the policy.",                                    \
      "Ein Algorithmus oder eine Schlüssellänge ist nicht zugelassen.",                            \
      "Use an algorithm of the policy (certs/README).",                                            \
      "Einen Algorithmus der Vorgabe verwenden (certs/README).")                                   \
    X(CMS_SIGNATURE, "cms-signature", UNAUTHENTICATED, 0,                                          \
      "The signature does not fit what was signed.", "Die Signatur passt nicht zum Signierten.",   \
      "Send the very octets that were signed.", "Genau die signierten Oktette senden.")            \
    X(CMS_TIME_FORM, "cms-time-form", UNAUTHENTICATED, 0,                                          \
      "The signing time is not of the form required.",                                             \
      "Der Signaturzeitpunkt hat nicht die vorgeschriebene Form.",                                 \
      "Sign with a UTC time with seconds.", "Mit einer UTC-Zeit mit Sekunden signieren.")          \
    X(CMS_SIGNING_TIME, "cms-signing-time", UNAUTHENTICATED, 60000,                                \
      "The signing time does not fit the receiver's clock or the certificate.",                    \
      "Der Signaturzeitpunkt passt nicht zur Uhr des Empfängers oder zum Zertifikat.",             \
      "Compare both clocks with a time standard; send again later.",                               \
      "Beide Uhren mit einer Normalzeit vergleichen; später erneut senden.")                       \
    X(CERT_UNKNOWN, "cert-unknown", UNAUTHENTICATED, 0,                                            \
      "The signer's certificate is not in the signature.",                                         \
      "Das Zertifikat des Unterzeichners fehlt in der Signatur.",                                  \
      "Include the signer's certificate.", "Das Zertifikat des Unterzeichners mitgeben.")          \
    X(CERT_PATH, "cert-path", UNAUTHENTICATED, 0,                                                  \
      "No valid certification path leads to a trusted anchor.",                                    \
      "Kein gültiger Zertifizierungspfad führt zu einem Vertrauensanker.",                         \
      "Use a certificate of an accepted authority, with its chain.",                               \
      "Zertifikat einer anerkannten Stelle mit Kette verwenden.")                                  \
    X(CERT_EXPIRED, "cert-expired", UNAUTHENTICATED, 60000,                                        \
      "A certificate is not valid at the time of receipt.",                                        \
      "Ein Zertifikat ist zum Zeitpunkt des Eingangs nicht gültig.",                               \
      "Compare the clock that judged with a time standard; if it is right, renew the "             \
      "certificate.",                                                                              \
      "Die urteilende Uhr mit einer Normalzeit vergleichen; geht sie richtig, das Zertifikat "     \
      "erneuern.")                                                                                 \
    X(CERT_REVOKED, "cert-revoked", UNAUTHENTICATED, 0, "A certificate is revoked.",               \
      "Ein Zertifikat ist gesperrt.", "Use another certificate.",                                  \
      "Ein anderes Zertifikat verwenden.")                                                         \
    X(CERT_PURPOSE, "cert-purpose", UNAUTHENTICATED, 0,                                            \
      "The certificate is not meant for this purpose.",                                            \
      "Das Zertifikat ist für diesen Zweck nicht vorgesehen.",                                     \
      "Use a certificate of the right profile.", "Zertifikat mit passendem Profil verwenden.")     \
    X(PARTICIPANT_UNKNOWN, "participant-unknown", UNAUTHENTICATED, 0,                              \
      "The certificate belongs to no participant of the directory.",                               \
      "Das Zertifikat gehört zu keinem Teilnehmer des Verzeichnisses.", "Ask the registrar.",      \
      "An die Registrierungsstelle wenden.")                                                       \
    X(ROLE, "role", UNAUTHENTICATED, 0, "The participant's role does not allow this.",             \
      "Die Rolle des Teilnehmers erlaubt das nicht.", "Ask the registrar.",                        \
      "An die Registrierungsstelle wenden.")                                                       \
    X(PLANT_NOT_ALLOWED, "plant-not-allowed", UNAUTHENTICATED, 0,                                  \
      "The signer may not report for this plant.",                                                 \
      "Der Unterzeichner darf für diese Anlage nicht berichten.", "Ask the registrar.",            \
      "An die Registrierungsstelle wenden.")                                                       \
    X(ADDRESSEE, "addressee", UNAUTHENTICATED, 0, "The report is addressed to another log.",       \
      "Der Bericht ist an ein anderes Protokoll gerichtet.",                                       \
      "Sign a report whose addressee is this log's origin.",                                       \
      "Bericht mit der Herkunft dieses Protokolls als Empfänger signieren.")                       \
    X(HELLO_KEY, "hello-key", UNAUTHENTICATED, 0,                                                  \
      "The greeting names another CURVE key than that of the connection.",                         \
      "Die Begrüßung nennt einen anderen CURVE-Schlüssel als die Verbindung.",                     \
      "Greet with the key of this very connection.",                                               \
      "Mit dem Schlüssel eben dieser Verbindung grüßen.")                                          \
    X(HELLO_TEXT, "hello-text", UNAUTHENTICATED, 0, "The greeting's text is not as specified.",    \
      "Der Text der Begrüßung ist nicht wie vorgeschrieben.", "See the protocol, HELLO.",          \
      "Siehe Protokoll, HELLO.")                                                                   \
    X(HELLO_TIME, "hello-time", UNAUTHENTICATED, 60000,                                            \
      "The greeting's time and the gateway's clock are more than five minutes apart.",             \
      "Die Zeit der Begrüßung und die Uhr des Gateways liegen mehr als fünf Minuten auseinander.", \
      "Compare both clocks with a time standard; greet again later.",                              \
      "Beide Uhren mit einer Normalzeit vergleichen; später erneut grüßen.")                       \
    X(NOT_ADMITTED, "not-admitted", UNAUTHENTICATED, 0, "This CURVE key is not admitted.",         \
      "Dieser CURVE-Schlüssel ist nicht zugelassen.", "Greet at the door first.",                  \
      "Zuerst an der Tür grüßen.")                                                                 \
    X(GREET_AGAIN, "greet-again", ERROR, 0, "The admission has ended.",                            \
      "Die Zulassung ist beendet.", "Greet at the door again.", "An der Tür neu grüßen.")          \
    X(BUSY, "busy", ERROR, 200, "The gateway is full at the moment.",                              \
      "Das Gateway ist im Augenblick ausgelastet.", "Send again after the time given.",            \
      "Nach der genannten Zeit erneut senden.")                                                    \
    X(RATE, "rate", ERROR, 1000, "Too many messages in a short time.",                             \
      "Zu viele Nachrichten in kurzer Zeit.", "Send more slowly.", "Langsamer senden.")            \
    X(MALFORMED, "malformed", ERROR, 0, "The message is not as the protocol says.",                \
      "Die Nachricht entspricht nicht dem Protokoll.", "See the protocol.", "Siehe Protokoll.")    \
    X(VERSION, "version", ERROR, 0, "No offered protocol version is spoken here.",                 \
      "Keine der angebotenen Protokollversionen wird hier gesprochen.", "Offer EMX1.",             \
      "EMX1 anbieten.")                                                                            \
    X(NO_PACKAGE, "no-package", ERROR, 3600000,                                                    \
      "No active rule package judges this document and period.",                                   \
      "Kein aktives Regelpaket beurteilt dieses Dokument und diesen Zeitraum.",                    \
      "Send again when the package is installed; nothing is lost.",                                \
      "Erneut senden, wenn das Paket installiert ist; nichts ist verloren.")                       \
    X(PACKAGES, "packages-ambiguous", ERROR, 3600000,                                              \
      "Several active rule packages judge this document and period.",                              \
      "Mehrere aktive Regelpakete beurteilen dieses Dokument und diesen Zeitraum.",                \
      "The gateway's operator must withdraw one; send again later.",                               \
      "Der Betreiber des Gateways muss eines zurückziehen; später erneut senden.")                 \
    X(SETTING, "setting-missing", ERROR, 3600000,                                                  \
      "The directory lacks a setting or gives a value out of bounds for this plant.",              \
      "Im Verzeichnis fehlt eine Angabe zur Anlage oder ein Wert ist unzulässig.",                 \
      "The registrar must mend the directory; send again later.",                                  \
      "Die Registrierungsstelle muss das Verzeichnis berichtigen; später erneut senden.")          \
    X(REVOCATION, "revocation-stale", ERROR, 60000, "Revocation data is too old.",                 \
      "Sperrdaten sind zu alt.", "The gateway's operator must renew the lists; send again later.", \
      "Der Betreiber des Gateways muss die Listen erneuern; später erneut senden.")                \
    X(DIRECTORY, "directory-ended", ERROR, 60000, "The participant directory has ended.",          \
      "Das Teilnehmerverzeichnis ist abgelaufen.",                                                 \
      "The registrar must sign a new one; send again later.",                                      \
      "Die Registrierungsstelle muss ein neues signieren; später erneut senden.")                  \
    X(CEILING, "ceiling", ERROR, 60000,                                                            \
      "A ceiling of the rule package or of the process was reached.",                              \
      "Eine Obergrenze des Regelpakets oder des Prozesses wurde erreicht.",                        \
      "Tell the gateway's operator; the report is not rejected.",                                  \
      "Den Betreiber des Gateways verständigen; der Bericht ist nicht abgelehnt.")                 \
    X(HELD, "held", ERROR, 86400000,                                                               \
      "The report met a ceiling twice and is held until a person has decided.",                    \
      "Der Bericht ist zweimal an eine Obergrenze gestoßen und wird angehalten, bis ein Mensch "  \
      "entschieden hat.",                                                                          \
      "Sending it again changes nothing; ask the gateway's operator. The report is not rejected.", \
      "Erneutes Senden ändert nichts; den Betreiber des Gateways fragen. Der Bericht ist nicht "  \
      "abgelehnt.")                                                                                \
    X(CLOCK, "clock", ERROR, 60000, "The gateway's clock can not be trusted.",                     \
      "Der Uhr des Gateways ist nicht zu trauen.", "Send again later.", "Später erneut senden.")   \
    X(ARCHIVE, "archive", ERROR, 5000, "The archive can not be used at the moment.",               \
      "Das Archiv ist im Augenblick nicht benutzbar.", "Send again later; no receipt was given.",  \
      "Später erneut senden; es wurde keine Quittung ausgegeben.")                                 \
    X(INTERNAL, "internal", ERROR, 60000, "Something went wrong inside the gateway.",              \
      "Im Gateway ist etwas schiefgegangen.", "Send again later; tell the gateway's operator.",    \
      "Später erneut senden; den Betreiber des Gateways verständigen.")                            \
    X(STOPPING, "stopping", ERROR, 2000, "The gateway is stopping.", "Das Gateway hält an.",       \
      "Send again when it is back.", "Erneut senden, wenn es wieder da ist.")                      \
    X(STREAM, "stream-unknown", ERROR, 0, "There is no such stream for this participant.",         \
      "Diesen Strom gibt es für diesen Teilnehmer nicht.", "Follow one's own stream.",             \
      "Dem eigenen Strom folgen.")                                                                 \
    X(ACK_BEYOND, "ack-beyond", ERROR, 0, "The acknowledgement is beyond what was sent.",          \
      "Die Quittung liegt hinter dem Gesendeten.", "Acknowledge only items received.",             \
      "Nur Empfangenes quittieren.")                                                               \
    X(CURSOR_BEYOND, "cursor-beyond", ERROR, 0, "The cursor lies beyond the end of the log.",      \
      "Die Position liegt hinter dem Ende des Protokolls.",                                        \
      "Keep the items held; tell the gateway's operator that the log is shorter than it was.",     \
      "Empfangenes aufbewahren; dem Betreiber des Gateways mitteilen, dass das Protokoll kürzer " \
      "ist als zuvor.")                                                                            \
    X(ITEM_DAMAGED, "item-damaged", ERROR, 0,                                                      \
      "An item of the stream is damaged in the gateway's archive.",                                \
      "Ein Eintrag des Stroms ist im Archiv des Gateways beschädigt.",                             \
      "Tell the gateway's operator; acknowledge the item named to go on without it.",              \
      "Den Betreiber des Gateways verständigen; den genannten Eintrag quittieren, um ohne ihn "   \
      "fortzufahren.")                                                                             \
    X(STREAM_DAMAGED, "stream-damaged", ERROR, 0,                                                  \
      "What the archive keeps of the stream itself is damaged: its list of items or its cursor.",  \
      "Was das Archiv vom Strom selbst festhält, ist beschädigt: Einträge oder Position.",         \
      "Tell the gateway's operator; follow from the cursor of the last item held.",                \
      "Den Betreiber des Gateways verständigen; ab der Position des letzten Eintrags folgen.")     \
    X(UNKNOWN, "unknown", ERROR, 0, "Nothing is known of this that may be told.",                  \
      "Hierzu ist nichts bekannt, was mitgeteilt werden darf.", "Check the identity.",             \
      "Die Kennung prüfen.")                                                                       \
    X(ACCEPTED, "accepted", RECEIPT, 0, "The report is accepted and recorded.",                    \
      "Der Bericht ist angenommen und festgehalten.", "Keep the receipt.",                         \
      "Die Quittung aufbewahren.")                                                                 \
    X(REJECTED, "rejected", RECEIPT, 0, "The report is rejected and recorded.",                    \
      "Der Bericht ist abgelehnt und festgehalten.",                                               \
      "Mend what the findings name and send the next version.",                                    \
      "Beanstandetes berichtigen und die nächste Version senden.")

enum eg_code {
#define EG_CODE_ENUM(name, text, kind, retry, en, de, todo_en, todo_de) EG_CODE_##name,
    EG_CODES(EG_CODE_ENUM)
#undef EG_CODE_ENUM
        EG_CODE_COUNT
};

struct eg_code_row {
    const char *text;
    enum eg_answer answer;
    uint32_t retry_after_ms;
    const char *en, *de;
    const char *todo_en, *todo_de;
};

/* The row of a code. Never NULL. Any thread. */
const struct eg_code_row *eg_code_row(enum eg_code code);

/* The code whose text this is, or EG_CODE_COUNT. */
enum eg_code eg_code_named(const char *text);

#endif
