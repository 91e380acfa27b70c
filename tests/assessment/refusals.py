#!/usr/bin/env python3
"""Damages of the worked packages of rules/ASSESSMENT.md: example, what stands there, what is made of it, and the code
with which both the model and the engine must refuse it.
    python3 refusals.py     every damage against the model
"""
import sys
import xml.etree.ElementTree as ET
import model as M

DAMAGES = [("a",'is="max(0, ssta - min(ci, $ci-max))" source="Anlage 4 Nr. 1 und 4"','is="max(0, ssta - o2)" source="Anlage 4 Nr. 4"',"EA-UNIT"),
     ("a",'when="half-hour exceeds $limit-half-hour"','when="vsta exceeds $limit-half-hour"',"EA-ROUND"),
     ("a",'using="valid" source="§ 19 Abs. 1 Satz 3 und 4"','source="§ 19 Abs. 1 Satz 3 und 4"',"EA-USING"),
     ("a",'of="vsta" as="limit-half-hour"','of="vstb" as="limit-half-hour"',"EA-NAME"),
     ("a",'<count name="lost" over="judged"','<count name="lost"',"EA-OVER"),
     ("a",'state is not off and','state is not gone and',"EA-WORD"),
     ("a",'else="more than six half-hours lost to malfunction or maintenance"','',"EA-ELSE"),
     ("c",'name="over-b" over="effective"','name="over-a" over="effective"',"EA-NAME"),
     ("c",' source="Part 7"','',"EA-SOURCE"),
     ("c",'vsta" unit="mg/m3" is="max(0, ssta - ci)"','vsta" unit="mg/m3" is="max(0, later - ci)"',"EA-NAME")]


def damaged(blocks, example, old, new):
    text = blocks["xml", example]
    assert old in text, "the damage does not fit the page any more: " + old
    return text.replace(old, new, 1)


def main():
    blocks, bad = M.blocks(open(M.PAGE, encoding="utf-8").read()), 0
    for example, old, new, code in DAMAGES:
        try:
            M.Run(ET.fromstring(damaged(blocks, example, old, new)), M.example_input(blocks["input", example]), M.Doubles).go()
            bad += 1; print("NOT refused:", new)
        except M.PackageError as e:
            if not str(e).startswith(code): bad += 1; print("other code:", new, "->", e)
    print(len(DAMAGES), "damaged packages,", bad, "not refused as they should be")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
