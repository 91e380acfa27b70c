#!/usr/bin/python3
"""Does a report come through, is it kept once, and does the authority get it?"""
import os
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../support'))
import gateway as support  # noqa: E402


def accepted_reports_reach_the_authority_and_pass_the_audit():
    with support.Gateway() as gateway:
        reports = gateway.reports('2011-04-06', days=5)
        out, _, _ = gateway.submit(*reports)
        assert out.count('accepted') >= 5, out
        gateway.emgate('follow', '--card', gateway.file('card'), '--anchors',
                       gateway.file('ca.pem'), '--key', gateway.file('authority.key'), '--cert',
                       gateway.file('authority.pem'), '--to',
                       os.path.join(gateway.path, 'authority'), '--count', '5')
        items = [name for name in os.listdir(os.path.join(gateway.path, 'authority'))
                 if name.endswith('.xml')]
        assert len(items) == 5, items
        gateway.stop()
        out, _, _ = gateway.audit()
        assert 'proved and rerun  5' in out, out


def a_card_that_is_just_being_renewed_is_read_again():
    with support.Gateway() as gateway:
        signature = gateway.file('card.p7s')
        with open(signature, 'rb') as kept, open(gateway.file('directory.xml.p7s'), 'rb') as other:
            right, wrong = kept.read(), other.read()

        def put(octets):
            with open(signature + '.new', 'wb') as out:
                out.write(octets)
            os.rename(signature + '.new', signature)

        put(wrong)
        _, err, _ = gateway.submit(gateway.reports('2011-04-06')[0], status=2)
        assert 'card' in err, err
        renewal = threading.Thread(target=lambda: (time.sleep(0.2), put(right)))
        renewal.start()
        out, _, _ = gateway.submit(gateway.reports('2011-04-06')[0])
        renewal.join()
        assert 'accepted' in out, out


def sending_again_gives_the_same_receipt_octet_for_octet():
    with support.Gateway() as gateway:
        report = gateway.reports('2011-04-06')[0]
        gateway.submit(report, into='first')
        gateway.submit(report, into='second')  # a fresh signature over the same report
        name = os.path.basename(report) + '.v1.receipt'
        first, second = gateway.read('first/' + name), gateway.read('second/' + name)
        assert first == second
        gateway.stop()
        out, _, _ = gateway.audit()
        assert 'proved and rerun  1' in out, out


def the_same_identity_with_other_content_is_rejected_with_a_receipt_of_its_own():
    with support.Gateway() as gateway:
        report = gateway.reports('2011-04-06')[0]
        gateway.submit(report)
        other = os.path.join(gateway.path, 'other.xml')
        with open(report) as text, open(other, 'w') as changed:
            changed.write(text.read() + '\n')
        out, _, _ = gateway.submit(other, status=1)
        assert 'rejected' in out, out
        assert 'identity-taken' in gateway.read('receipts/other.xml.v1.findings')
        again, _, _ = gateway.submit(other, status=1, into='again')
        assert gateway.read('receipts/other.xml.v1.receipt') == gateway.read('again/other.xml.v1.receipt')
        gateway.stop()
        gateway.audit()


def a_report_is_accepted_once_its_package_is_installed():
    with support.Gateway(packages=()) as gateway:
        report = gateway.reports('2011-04-06')[0]
        out, err, _ = gateway.submit(report, status=2)
        assert 'no-package' in out + err, out + err
        gateway.install(support.TURBINE)
        assert 'reloaded' in gateway.reload()
        gateway.submit(report)
        gateway.stop()
        gateway.audit()


def two_files_of_one_name_are_not_submitted_into_one_folder():
    with support.Gateway() as gateway:
        first = gateway.reports('2011-04-06')[0]
        second = gateway.reports('2011-04-06', name='others')[0]
        _, err, _ = gateway.submit(first, second, status=2)
        assert 'in one place' in err, err
        assert not os.path.exists(os.path.join(gateway.path, 'receipts', os.path.basename(first)
                                               + '.receipt'))
        gateway.stop()
        gateway.audit()


support.main([
    two_files_of_one_name_are_not_submitted_into_one_folder,
    accepted_reports_reach_the_authority_and_pass_the_audit,
    a_card_that_is_just_being_renewed_is_read_again,
    sending_again_gives_the_same_receipt_octet_for_octet,
    the_same_identity_with_other_content_is_rejected_with_a_receipt_of_its_own,
    a_report_is_accepted_once_its_package_is_installed,
])
