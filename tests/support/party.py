"""People at a gateway under test: the independent client, one object for each participant."""
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../python'))
import emx_client  # noqa: E402


class Party:
    """Clients of one gateway, made when first asked for, all closed at the end.

        with Party(gateway) as party:
            party['operator'].submit(report)
    """

    def __init__(self, gateway):
        self.gateway = gateway
        self.clients = {}

    def stranger(self, who='operator', key=None, cert=None, anchors=None):
        """A client that did not greet yet; closed at the end too."""
        gateway = self.gateway
        client = emx_client.Client(gateway.file('card'), anchors or gateway.file('ca.pem'),
                                   key or gateway.file(who + '.key'),
                                   cert or gateway.file(who + '.pem'))
        self.clients[id(client)] = client
        return client

    def enter(self, who, **more):
        client = self.stranger(who, **more)
        client.enter()
        return client

    def __getitem__(self, who):
        if who not in self.clients:
            self.clients[who] = self.enter(who)
        return self.clients[who]

    def log_size(self):
        return int(self['operator'].ping()['size'])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for client in set(self.clients.values()):
            client.close()
        return False


def prove_offline(gateway, receipt, report):
    """`emgate receipt verify` with the log key alone, from files; the report and findings bound."""
    folder = tempfile.mkdtemp()
    names = {name: os.path.join(folder, name) for name in ('report', 'receipt', 'salts', 'findings')}
    contents = {'report': report, 'receipt': receipt.octets, 'salts': receipt.salts,
                'findings': receipt.findings}
    for name, path in names.items():
        with open(path, 'wb') as out:
            out.write(contents[name])
    words = ['receipt', 'verify', names['receipt'], '--log-key', gateway.file('log.vkey')]
    salts = {'report': receipt.salts[32:].hex(), 'findings': receipt.salts[:32].hex()}
    for name in ('report', 'findings'):
        gateway.emgate(*words, '--' + name, names[name], '--salt', salts[name])
    with open(names['report'], 'ab') as out:
        out.write(b' ')
    gateway.emgate(*words, '--report', names['report'], '--salt', salts['report'], status=1)


def refused(action, code, kind='UNAUTHENTICATED'):
    """The action must be refused so; returns the refusal."""
    try:
        got = action()
    except emx_client.Refused as refusal:
        assert (refusal.kind, refusal.code) == (kind, code), \
            'wanted %s %s, got %s' % (kind, code, refusal)
        assert refusal.lines['de'] and refusal.lines['en'], refusal.lines
        return refusal
    raise AssertionError('wanted %s %s, but it was not refused: %r' % (kind, code, got))
