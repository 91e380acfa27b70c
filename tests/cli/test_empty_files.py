#!/usr/bin/python3
"""A file that an option names and that says nothing is a fault of that file, whatever the verb: of 0
octets, without a block, of another kind, a folder, or with a second block that is cut short."""
import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../support'))
import gateway as support  # noqa: E402

BEFORE = os.path.join(support.ROOT, 'tests/data/archive-before')


class Trial:
    def __init__(self):
        self.gateway = support.Gateway(packages=())
        self.report = os.path.join(self.gateway.path, 'report.xml')
        with open(self.report, 'w') as out:
            out.write('<report/>')
        self.package = os.path.join(tempfile.mkdtemp(), 'package')
        shutil.copytree(support.TURBINE, self.package)
        self.gateway.emgate('rules', 'sign', self.package, '--key', self.file('publisher.key'),
                            '--cert', self.file('publisher.pem'))

    def file(self, name):
        return self.gateway.file(name)

    def copy(self, name, content=None):
        """A file of its own name with this content, None: an empty folder."""
        path = os.path.join(tempfile.mkdtemp(), name)
        if content is None:
            os.mkdir(path)
        else:
            with open(path, 'wb') as out:
                out.write(content)
        return path

    def octets(self, name):
        with open(self.file(name), 'rb') as file:
            return file.read()


def contents(trial, name):
    """What may stand in place of a PEM file, by name."""
    whole, other = trial.octets(name), trial.octets('ca.pem' if name == 'crl.pem' else 'crl.pem')
    return {'empty': b'', 'blank': b' \n\n', 'comment': b'# nothing\n', 'garbage': b'\x00\xff' * 9,
            'another kind': other, 'second cut': whole + whole[:-40],
            'second cut in its first line': whole + b'-----BEGIN', 'folder': None}


def refused(trial, words, option, name, content, label):
    path = trial.copy(name, content)
    out, err, status = trial.gateway.emgate(*words, option, path, status=None)
    assert status == 2 and not out, (words[:2], option, label, status, out, err)
    known = {'--key': 'private key', '--log-key': 'verifier key'}.get(option, name)
    known = 'anchors' if words[0] == 'audit' and option == '--anchors' else known
    assert name in err or known in err, (words[:2], option, label, err)
    if content == b'':
        assert 'empty' in err, (words[:2], option, label, err)


def verbs(trial):
    """Words of each verb that trusts certificates, its options for anchors and lists."""
    greets = ['--card', trial.file('card'), '--key', trial.file('operator.key'), '--cert',
              trial.file('operator.pem'), '--timeout', '2']
    sign = trial.file('operator.key') + ',' + trial.file('operator.pem')
    directory = ['--directory', trial.file('directory.xml')]
    yield ['submit', trial.report, '--sign', sign, *greets], '--anchors', '--crl'
    yield ['status', 'operator', 'x', '1', *greets], '--anchors', '--crl'
    yield ['follow', '--to', trial.file('inbox'), *greets], '--anchors', '--crl'
    yield ['rules', 'fetch', *greets, *directory], '--anchors', '--crl'
    yield ['rules', 'install', trial.package, '--into', trial.file('rules'), *directory], \
        '--anchors', '--crl'
    yield ['rules', 'verify', trial.package, *directory], '--anchors', '--crl'
    yield ['cert', 'check', trial.file('operator.pem')], '--anchor', '--crl'
    yield ['audit', 'verify', os.path.join(BEFORE, 'purpose/archive.db'), '--log-key',
           os.path.join(BEFORE, 'purpose/log.vkey')], '--anchors', None


def anchors_and_lists_that_say_nothing_are_refused_by_every_verb():
    trial = Trial()
    for words, anchors, lists in verbs(trial):
        for label, content in contents(trial, 'ca.pem').items():
            refused(trial, words, anchors, 'ca.pem', content, label)
        if lists is not None:
            words = [*words, anchors, trial.file('ca.pem')]
            for label, content in contents(trial, 'crl.pem').items():
                refused(trial, words, lists, 'crl.pem', content, label)


def cards_directories_and_keys_that_say_nothing_are_refused():
    trial = Trial()
    anchors = ['--anchors', trial.file('ca.pem')]
    for content in (b'', b'\n', None):
        refused(trial, ['submit', trial.report, *anchors, '--key', trial.file('operator.key'),
                        '--cert', trial.file('operator.pem')], '--card', 'card', content, content)
        refused(trial, ['submit', trial.report, *anchors, '--card', trial.file('card'), '--cert',
                        trial.file('operator.pem')], '--key', 'operator.key', content, content)
        refused(trial, ['submit', trial.report, *anchors, '--card', trial.file('card'), '--key',
                        trial.file('operator.key')], '--cert', 'operator.pem', content, content)
        refused(trial, ['rules', 'verify', trial.package, *anchors], '--directory',
                'directory.xml', content, content)
        refused(trial, ['audit', 'verify', os.path.join(BEFORE, 'purpose/archive.db'), '--anchors',
                        os.path.join(BEFORE, 'purpose/ca.pem')], '--log-key', 'log.vkey', content,
                content)
    card = trial.copy('card', trial.octets('card'))
    with open(card + '.p7s', 'wb'):
        pass
    _, err, _ = trial.gateway.emgate(
        'submit', trial.report, *anchors, '--card', card, '--key', trial.file('operator.key'),
        '--cert', trial.file('operator.pem'), status=2)
    assert 'card.p7s' in err and 'empty' in err, err


def a_lost_list_is_not_taken_for_an_empty_one_when_it_is_renewed():
    trial = Trial()
    trial.gateway.emgate('pki', 'revoke', trial.gateway.pki, trial.file('operator.pem'))
    for content in (b'', b'\n', b'# none\n'):
        with open(trial.file('crl.pem'), 'wb') as out:
            out.write(content)
        for words in (['pki', 'crl', trial.gateway.pki],
                      ['pki', 'revoke', trial.gateway.pki, trial.file('authority.pem')]):
            _, err, _ = trial.gateway.emgate(*words, status=2)
            assert 'crl' in err or 'list' in err, err
            assert trial.octets('crl.pem') == content


support.main([
    anchors_and_lists_that_say_nothing_are_refused_by_every_verb,
    cards_directories_and_keys_that_say_nothing_are_refused,
    a_lost_list_is_not_taken_for_an_empty_one_when_it_is_renewed,
])
