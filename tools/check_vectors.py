#!/usr/bin/env python3
"""Checks the test vectors of the terminal protocol without any code of the platform.

Written from docs/terminal-protocol.md. It keeps the state a server would keep for one device,
judges every vector and compares its answer with the expected one. A maker of terminals can
read it as a second description, or run it on vectors of his own.

    python3 tools/check_vectors.py [FILE]

Left out: the requests around the events, rates, times, enrolment, gaps, and whether the 32 bytes
of a new key are a usable point of the curve.
"""

import base64
import hashlib
import json
import math
import re
import sys
from pathlib import Path

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )
except ImportError:
    print("The package cryptography is missing. Install it with:", file=sys.stderr)
    print("    python3 -m pip install cryptography", file=sys.stderr)
    sys.exit(1)

DEFAULT = Path(__file__).parent.parent / "crates/presence/tests/vectors/terminal-v1.json"
MAX_BYTES = 4096
MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 127
KINDS = {"check", "heartbeat", "started", "moved", "tamper", "config", "key"}
CODE = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}")
HEX = re.compile(r"[0-9a-f]{64}")


class Unreadable(Exception):
    """Signed, but not what the protocol allows."""

    def __init__(self, reason, field=None):
        super().__init__(reason, field)
        self.reason, self.field = reason, field


def base64url(text):
    """The bytes of base64url without padding; no second spelling is taken."""
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != text:
        raise ValueError(f"not base64url without padding: {text!r}")
    return raw


def holds(public, sig, data):
    """Whether sig is the signature of data by the key."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(sig, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def once(pairs):
    """An object whose keys come once each."""
    if len({key for key, _ in pairs}) != len(pairs):
        raise Unreadable("duplicate_key")
    return dict(pairs)


def not_json(_):
    """NaN and Infinity, which Python would take."""
    raise Unreadable("not_json")


def integer(text):
    """An integer. So that readers agree, -0 counts as a fraction, and one beyond the range of a
    double is no JSON, as it is with a fraction or an exponent."""
    if math.isinf(float(text)):
        raise Unreadable("not_json")
    return -0.0 if text == "-0" else int(text)


def walk(value, depth=1):
    """Refuses what Python reads and others do not."""
    if isinstance(value, float) and not math.isfinite(value):
        raise Unreadable("not_json")
    if isinstance(value, str) and re.search("[\ud800-\udfff]", value):
        raise Unreadable("not_json")
    if isinstance(value, (dict, list)):
        if depth > MAX_DEPTH:
            raise Unreadable("not_json")
        inner = [*value, *value.values()] if isinstance(value, dict) else value
        for one in inner:
            walk(one, depth + 1)


class Fields:
    """The keys of one object, read strictly."""

    def __init__(self, values, prefix=""):
        self.values, self.prefix = values, prefix

    def bad(self, key):
        return Unreadable("bad_field", self.prefix + key)

    def get(self, key):
        if key not in self.values:
            raise Unreadable("missing_field", self.prefix + key)
        return self.values[key]

    def text(self, key, pattern=CODE):
        value = self.get(key)
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise self.bad(key)
        return value

    def word(self, key, words):
        value = self.get(key)
        if not isinstance(value, str) or value not in words:
            raise self.bad(key)
        return value

    def integer(self, key, low, high=MAX_INTEGER):
        value = self.get(key)
        if type(value) is not int or not low <= value <= high:
            raise self.bad(key)
        return value

    def number(self, key, low, high=math.inf):
        value = self.get(key)
        if type(value) not in (int, float) or not low <= value <= high:
            raise self.bad(key)
        return value

    def object(self, key):
        value = self.get(key)
        if not isinstance(value, dict):
            raise self.bad(key)
        return Fields(value, f"{self.prefix}{key}.")


def read(data, device):
    """One event, or Unreadable."""
    if len(data) > MAX_BYTES:
        raise Unreadable("too_large")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable("not_utf8") from error
    try:
        values = json.loads(
            text, object_pairs_hook=once, parse_constant=not_json, parse_int=integer
        )
    except (ValueError, RecursionError) as error:
        raise Unreadable("not_json") from error
    walk(values)
    if not isinstance(values, dict):
        raise Unreadable("not_json")
    fields = Fields(values)
    version = fields.get("v")
    if type(version) is not int:
        raise fields.bad("v")
    if version != 1:
        raise Unreadable("wrong_version")
    kind = fields.word("kind", KINDS)
    fields.integer("seq", 1)
    fields.text("prev", HEX)
    fields.integer("at_device_ms", -MAX_INTEGER)
    fields.integer("at_mono_ms", 0)
    for key in ("device", "boot", "config_hash", "firmware"):
        fields.text(key)
    read_place(fields.object("place"))
    if kind == "check":
        read_check(fields)
    elif kind == "moved" and values.get("moved_m") is not None:
        fields.number("moved_m", 0)
    elif kind == "tamper":
        fields.text("what")
    elif kind == "key":
        read_key(fields)
    if values["device"] != device:
        raise Unreadable("wrong_device")
    return values


def read_place(place):
    if place.word("source", {"gnss", "network", "none"}) != "none":
        place.number("lat", -90, 90)
        place.number("lng", -180, 180)
        place.number("accuracy_m", 0)


def read_check(fields):
    if fields.get("operation") is not None:
        fields.text("operation")
    fields.text("practitioner")
    fields.word("role", {"attending", "anaesthetist", "assistant", "nurse", "other"})
    fields.word("direction", {"in", "out"})
    method = fields.word("method", {"face", "badge_pin", "badge_totp", "witness"})
    found = fields.values.get("engine")
    if method != "face":
        if found is not None:
            raise fields.bad("engine")
        return
    if found is None:
        raise Unreadable("missing_field", "engine")
    engine = fields.object("engine")
    engine.text("model_hash")
    engine.number("score", -1, 1)
    engine.number("threshold", -1, 1)
    engine.word("liveness", {"passed", "failed", "none"})


def read_key(fields):
    try:
        public = base64url(fields.text("public_key"))
        Ed25519PublicKey.from_public_bytes(public)
    except ValueError as error:
        raise fields.bad("public_key") from error


class Server:
    """What a server keeps of one device, as far as the vectors need it."""

    def __init__(self, device, public):
        self.device = device
        self.keys = [[public, None]]  # each key with the last number it may sign
        self.stored = {}  # number -> digest

    def answer(self, data, sig):
        """(answer, reason) for one event."""
        key = next((key for key in self.keys if holds(key[0], sig, data)), None)
        if key is None:
            return "bad_signature", None
        try:
            event = read(data, self.device)
        except Unreadable as error:
            return "unreadable", error.reason
        seq, own = event["seq"], hashlib.sha256(data).hexdigest()
        if key[1] is not None and seq > key[1]:
            return "bad_signature", None
        if seq in self.stored:
            return ("duplicate" if self.stored[seq] == own else "equivocation"), None
        last = max(self.stored, default=0)
        if seq != last + 1 or event["prev"] != self.stored.get(last, "0" * 64):
            raise SystemExit(f"event {seq} does not follow event {last}")
        self.stored[seq] = own
        if event["kind"] == "key":
            self.keys[-1][1] = seq
            self.keys.append([base64url(event["public_key"]), None])
        return "recorded", None


def check_keys(vectors):
    """The signing keys, after comparing their public halves with the file."""
    private = []
    for seed, public in (("seed", "public_key"), ("next_seed", "next_public_key")):
        key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(vectors[seed]))
        if key.public_key().public_bytes_raw() != base64url(vectors[public]):
            raise SystemExit(f"{public} is not the public key of {seed}")
        private.append(key)
    return private


def check_signature(name, data, sig, private):
    """Ed25519 has one signature a message: one of the keys must make it, byte for byte, and
    no single changed bit may pass."""
    makers = [key for key in private if key.sign(data) == sig]
    if len(makers) != 1:
        raise SystemExit(f"{name}: no published key makes this signature")
    public = makers[0].public_key().public_bytes_raw()
    for part in (data, sig):
        for bit in range(0, len(part) * 8, 7):
            changed = bytearray(part)
            changed[bit // 8] ^= 1 << bit % 8
            pair = (sig, bytes(changed)) if part is data else (bytes(changed), data)
            if holds(public, *pair):
                raise SystemExit(f"{name}: passes with bit {bit} changed")


def main():
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
    vectors = json.loads(path.read_text("utf-8"))
    private = check_keys(vectors)
    server = Server(vectors["device"], base64url(vectors["public_key"]))
    wrong, kinds, recorded = 0, set(), []
    for vector in vectors["events"]:
        data, sig = base64url(vector["bytes"]), base64url(vector["sig"])
        check_signature(vector["name"], data, sig, private)
        answer, reason = server.answer(data, sig)
        good = (answer, reason) == (vector["expect"], vector.get("reason"))
        wrong += not good
        said = f"{answer} ({reason})" if reason else answer
        print(f"{'ok' if good else 'WRONG':5} {vector['name']:24} {said}")
        if answer == "recorded":
            kinds.add(json.loads(data)["kind"])
            recorded.append((data, sig))
    if any(server.answer(data, sig) != ("duplicate", None) for data, sig in recorded):
        raise SystemExit("a recorded event sent again is not a duplicate")
    if kinds != KINDS:
        raise SystemExit(f"no recorded vector of kind {sorted(KINDS - kinds)}")
    print(f"{len(vectors['events'])} vectors, {wrong} wrong")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
