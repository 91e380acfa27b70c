"""The rooms of gateway/LAYERS and who may include whom: for checks beside this file.

A line of LAYERS names rooms of one rank; lines below may use lines above, rooms of one line never
each other. Indented lines are the rooms within the rooms above them, "assess/number", lowest first
too. A room with rooms inside has files of its own only if it is listed among them ("emgate" within
emgate). Behind the colon stand the foreign libraries: "base : openssl", or "a b : a=zmq b=zip".
"""
import sys

LIBRARY_ROOMS = {"base", "wire", "core", "proof", "verify", "client"}


class Room:
    def __init__(self, rank, within, libraries):
        self.rank, self.within, self.libraries = rank, within, libraries


def libraries_of(where, names, right):
    given = {}
    for word in right.split():
        name, equals, libraries = word.partition("=")
        if equals:
            given[name] = set(libraries.split(",")) - {""}
        elif len(names) == 1:
            given.setdefault(names[0], set()).update(word.split(","))
        else:
            sys.exit(f"{where}: \"{word}\" names no room")
    for name in given:
        if name not in names:
            sys.exit(f"{where}: \"{name}\" is not a room of this line")
    return given


def read(path):
    """name ("base", "assess/number") -> Room"""
    rooms, outer = {}, []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        where, line = f"{path}:{number}", line.split("#")[0].rstrip()
        if not line.strip():
            continue
        left, _, right = line.partition(":")
        names = left.split()
        inner = left[0] == " "
        if not inner:
            outer = names
        for name in names:
            if inner and (not outer or name.split("/")[0] not in outer):
                sys.exit(f"{where}: \"{name}\" is not within a room of the line above")
            if name in rooms and not (inner and rooms[name].within is None):
                sys.exit(f"{where}: room \"{name}\" stands twice")
        given = libraries_of(where, names, right)
        for name in names:
            if inner:
                rooms[name] = Room(rooms[name.split("/")[0]].rank, number, given.get(name, set()))
            else:
                rooms[name] = Room(number, None, given.get(name, set()))
    for name in list(rooms):
        if any(other.startswith(name + "/") for other in rooms) and rooms[name].within is None:
            rooms[name].libraries = set()
            rooms[name].within = -1  # has rooms inside, and no files
    return rooms


def room_of(parts):
    """The room of a file below gateway/ or tools/, as parts of its path: ("assess", "xml", "a.c")."""
    return "/".join(parts[:-1]) or "main"


def exists(name, rooms):
    return name in rooms and rooms[name].within != -1


def refusal(room, other, rooms):
    """Why `room` may not use `other`; None: it may."""
    if room == other:
        return None
    if not exists(other, rooms):
        return f'"{other}" is no room of LAYERS'
    outer, other_outer = room.split("/")[0], other.split("/")[0]
    if outer in LIBRARY_ROOMS and other_outer not in LIBRARY_ROOMS:
        return f"{room} is part of libemgate, {other} is not"
    mine, its = rooms[room], rooms[other]
    lies_below = its.rank < mine.rank if outer != other_outer else its.within < mine.within
    return None if lies_below else f"{other} does not lie below {room}"
