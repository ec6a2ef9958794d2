"""Records what the genuine `model-signing` 1.1.1 says of bundles, in the format of the cases.

    python3 -m venv venv && venv/bin/pip install model-signing==1.1.1 pyopenssl
    venv/bin/python record.py > variants.json

The keys are made here and thrown away but for the public ones.
"""

import base64
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import model_signing
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization as S
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from model_signing._signing import sign_sigstore_pb as pb

os.chdir(tempfile.mkdtemp())
CLI = os.path.join(os.path.dirname(sys.executable), "model_signing")
FILES = {
    "weights.bin": b"weights-v1",
    "config.json": b'{"a":1}\n',
    "sub/tok.txt": b"x",
    "sub-b": b"y" * 11,
    "empty": b"",
    ".gitignore": b"*.tmp",
    "sub/.gitignore": b"z",
}


def key(make, name):
    private = make()
    open(name, "wb").write(private.private_bytes(S.Encoding.PEM, S.PrivateFormat.PKCS8, S.NoEncryption()))
    public = private.public_key().public_bytes(S.Encoding.PEM, S.PublicFormat.SubjectPublicKeyInfo)
    open(name + ".pub", "wb").write(public)
    return private, public.decode()


def lay(folder, files):
    shutil.rmtree(folder, ignore_errors=True)
    for name, data in files.items():
        path = pathlib.Path(folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def verify(files, bundle, public):
    """What the command line says."""
    lay("m", files)
    open("b.sig", "w").write(bundle)
    open("b.pub", "w").write(public)
    run = subprocess.run(
        [CLI, "verify", "key", "m", "--signature", "b.sig", "--public_key", "b.pub"], capture_output=True, text=True
    )
    return run.returncode == 0, (run.stdout + run.stderr).strip().replace("\n", " ")[:200]


def recorded(name, private, public):
    lay("m", FILES)
    open("k.pem", "wb").write(private.private_bytes(S.Encoding.PEM, S.PrivateFormat.PKCS8, S.NoEncryption()))
    subprocess.run([CLI, "sign", "key", "m", "--signature", "m.sig", "--private_key", "k.pem"], check=True, capture_output=True)
    bundle = json.load(open("m.sig"))
    model = {
        "name": name,
        "files_hex": {name: data.hex() for name, data in FILES.items()},
        "public_key_pem": public,
        "bundle": bundle,
        "checks": [],
    }

    def check(case, files=None, bundle_text=None, public_key=None):
        files = FILES if files is None else files
        text = json.dumps(bundle) if bundle_text is None else bundle_text
        ok, message = verify(files, text, public_key or public)
        entry = {"case": case, "ok": ok, "message": message}
        change = {n: files[n].hex() if n in files else None for n in {*files, *FILES} if files.get(n) != FILES.get(n)}
        if change:
            entry["files_change"] = dict(sorted(change.items()))
        if public_key:
            entry["public_key_pem"] = public_key
        if bundle_text is not None:
            try:
                entry["bundle"] = json.loads(bundle_text)
                assert json.dumps(entry["bundle"]) == bundle_text
            except Exception:
                entry["bundle"] = bundle_text
        model["checks"].append(entry)

    def edited(case, edit):
        copy = json.loads(json.dumps(bundle))
        edit(copy)
        check(case, bundle_text=json.dumps(copy))

    def signed(case, edit, encode=pb.pae, fix=True):
        payload = json.loads(base64.b64decode(bundle["dsseEnvelope"]["payload"]))
        changed = edit(payload)
        if changed is None:
            if fix:
                root = hashlib.sha256()
                for resource in payload["predicate"]["resources"]:
                    root.update(bytes.fromhex(resource["digest"]))
                payload["subject"][0]["digest"]["sha256"] = root.hexdigest()
        else:
            payload = changed
        raw = json.dumps(payload).encode()
        sig = private.sign(encode(raw), ec.ECDSA(hashes.SHA256()))
        copy = json.loads(json.dumps(bundle))
        copy["dsseEnvelope"]["payload"] = base64.b64encode(raw).decode()
        copy["dsseEnvelope"]["signatures"] = [{"sig": base64.b64encode(sig).decode(), "keyid": ""}]
        check(case, bundle_text=json.dumps(copy))

    return model, check, edited, signed


def envelope(b):
    return b["dsseEnvelope"]


def material(b):
    return b["verificationMaterial"]


def sig(b):
    return envelope(b)["signatures"][0]


def der(change):
    def edit(b):
        sig(b)["sig"] = base64.b64encode(change(base64.b64decode(sig(b)["sig"]))).decode()

    return edit


N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def other_s(d):
    r, s = decode_dss_signature(d)
    return encode_dss_signature(r, N - s)


def raw_rs(d):
    r, s = decode_dss_signature(d)
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def of_p256():
    private, public = key(lambda: ec.generate_private_key(ec.SECP256R1()), "p256")
    model, check, edited, signed = recorded("p256", private, public)
    check("untouched")
    check("git files at the root don't count", {**FILES, ".gitignore": b"other", ".gitattributes": b"", ".github/x": b"1", ".git/x": b"1"})
    check("git files below do", {**FILES, "sub/.gitignore": b"other"})
    check("hidden file", {**FILES, ".hidden": b""})
    check("swapped", {**FILES, "weights.bin": FILES["config.json"], "config.json": FILES["weights.bin"]})
    check("moved", {**{n: d for n, d in FILES.items() if n != "sub/tok.txt"}, "tok.txt": b"x"})
    check("longer", {**FILES, "empty": b"\0"})
    check("nothing left", {})
    for name, make in {
        "P-384": lambda: ec.generate_private_key(ec.SECP384R1()),
        "secp256k1": lambda: ec.generate_private_key(ec.SECP256K1()),
        "RSA": lambda: rsa.generate_private_key(65537, 2048),
        "Ed25519": lambda: ed25519.Ed25519PrivateKey.generate(),
        "another": lambda: ec.generate_private_key(ec.SECP256R1()),
    }.items():
        check(f"key {name}", public_key=key(make, "other")[1])
    check("key is none", public_key="hello")
    check("key with CRLF", public_key=public.replace("\n", "\r\n"))
    check("key behind other text", public_key="a key:\n" + public)
    point = private.public_key().public_bytes(S.Encoding.X962, S.PublicFormat.CompressedPoint)
    head = bytes.fromhex("3039301306072a8648ce3d020106082a8648ce3d030107032200")
    lines = base64.encodebytes(head + point).decode()
    check("key as a compressed point", public_key=f"-----BEGIN PUBLIC KEY-----\n{lines}-----END PUBLIC KEY-----\n")

    edited("snake case", lambda b: b.__setitem__("media_type", b.pop("mediaType")))
    edited("both cases", lambda b: b.__setitem__("media_type", b["mediaType"]))
    edited("media type 0.2", lambda b: b.__setitem__("mediaType", "application/vnd.dev.sigstore.bundle+json;version=0.2"))
    edited("media type 0.3", lambda b: b.__setitem__("mediaType", "application/vnd.dev.sigstore.bundle+json;version=0.3"))
    edited("no media type", lambda b: b.pop("mediaType"))
    edited("unknown member", lambda b: b.__setitem__("more", 1))
    edited("no material", lambda b: b.pop("verificationMaterial"))
    edited("no envelope", lambda b: b.pop("dsseEnvelope"))
    edited("null envelope", lambda b: b.__setitem__("dsseEnvelope", None))
    edited("message signature beside", lambda b: b.__setitem__("messageSignature", {"signature": "AAAA"}))
    edited("no tlog entries", lambda b: material(b).pop("tlogEntries"))
    edited("null tlog entries", lambda b: material(b).__setitem__("tlogEntries", None))
    edited("odd tlog entry", lambda b: material(b)["tlogEntries"].append({"a": 1}))
    edited("no key", lambda b: material(b).pop("publicKey"))
    edited("null certificate", lambda b: material(b).__setitem__("certificate", None))
    edited("certificate beside", lambda b: material(b).__setitem__("certificate", {"rawBytes": "AAAA"}))
    edited("no hint", lambda b: material(b)["publicKey"].pop("hint"))
    edited("empty hint", lambda b: material(b)["publicKey"].__setitem__("hint", ""))
    edited("null hint", lambda b: material(b)["publicKey"].__setitem__("hint", None))
    edited("other hint", lambda b: material(b)["publicKey"].__setitem__("hint", "00" * 32))
    edited("upper hint", lambda b: material(b)["publicKey"].__setitem__("hint", material(b)["publicKey"]["hint"].upper()))
    edited("old key fields", lambda b: material(b)["publicKey"].update(rawBytes="zzz", keyDetails=3))
    edited("unknown key field", lambda b: material(b)["publicKey"].update(more=3))
    edited("payload type", lambda b: envelope(b).__setitem__("payloadType", "text/plain"))
    edited("no payload type", lambda b: envelope(b).pop("payloadType"))
    edited("no payload", lambda b: envelope(b).pop("payload"))
    edited("empty payload", lambda b: envelope(b).__setitem__("payload", ""))
    edited("payload is a number", lambda b: envelope(b).__setitem__("payload", 7))
    edited("payload with junk", lambda b: envelope(b).__setitem__("payload", envelope(b)["payload"][:9] + "!\n " + envelope(b)["payload"][9:]))
    edited("payload with more behind its padding", lambda b: envelope(b).__setitem__("payload", envelope(b)["payload"].rstrip("=") + "==AAA"))
    edited("payload cut by a digit", lambda b: envelope(b).__setitem__("payload", envelope(b)["payload"].rstrip("=")[:-1]))
    edited("payload is garbage", lambda b: envelope(b).__setitem__("payload", "%%%"))
    edited("payload is not ASCII", lambda b: envelope(b).__setitem__("payload", "\u00e9" + envelope(b)["payload"]))
    edited(
        "payload changed",
        lambda b: envelope(b).__setitem__(
            "payload", base64.b64encode(base64.b64decode(envelope(b)["payload"]).replace(b"config", b"konfig")).decode()
        ),
    )
    edited("no signatures", lambda b: envelope(b).__setitem__("signatures", []))
    edited("second signature is bad", lambda b: envelope(b)["signatures"].append({"sig": "AAAA"}))
    edited("first signature is bad", lambda b: envelope(b)["signatures"].insert(0, {"sig": "AAAA"}))
    edited("second signature is malformed", lambda b: envelope(b)["signatures"].append({"sig": "A"}))
    edited("signature without keyid", lambda b: sig(b).pop("keyid"))
    edited("signature with keyid", lambda b: sig(b).__setitem__("keyid", "abc"))
    edited("signature with a number as keyid", lambda b: sig(b).__setitem__("keyid", 3))
    edited("signature with more", lambda b: sig(b).__setitem__("more", 3))
    edited("no sig", lambda b: sig(b).pop("sig"))
    edited("empty sig", lambda b: sig(b).__setitem__("sig", ""))
    edited("other s", der(other_s))
    edited("raw r and s", der(raw_rs))
    edited("byte behind", der(lambda d: d + b"\0"))
    edited("byte missing", der(lambda d: d[:-1]))
    edited("long length", der(lambda d: d[:1] + b"\x81" + d[1:]))
    edited("leading zero", der(lambda d: d[:1] + bytes([d[1] + 1]) + b"\x02" + bytes([d[3] + 1]) + b"\0" + d[4:]))
    edited("bit flipped", der(lambda d: d[:9] + bytes([d[9] ^ 1]) + d[10:]))
    edited("zero r and s", der(lambda d: bytes.fromhex("3006020100020100")))
    text = json.dumps(model["bundle"])
    check("name twice in the bundle", bundle_text='{"mediaType": "x",' + text[1:])
    check("byte order mark", bundle_text="\ufeff" + text)
    check("text behind", bundle_text=text + "x")
    check("no JSON", bundle_text="hello")
    check("a list", bundle_text="[1]")
    check("nested deeply", bundle_text="[" * 100000)

    resources = lambda p: p["predicate"]["resources"]
    serialization = lambda p: p["predicate"]["serialization"]
    first = lambda p: resources(p)[0]
    signed("signed again", lambda p: None)
    signed("signed: reordered", lambda p: resources(p).reverse())
    signed("signed: wrong root", lambda p: p["subject"][0]["digest"].__setitem__("sha256", "00" * 32), fix=False)
    signed("signed: upper root", lambda p: p["subject"][0]["digest"].__setitem__("sha256", p["subject"][0]["digest"]["sha256"].upper()), fix=False)
    signed("signed: name twice", lambda p: resources(p).append(dict(first(p))))
    signed("signed: name twice, the last wrong", lambda p: resources(p).append(dict(first(p), digest="00" * 32)))
    signed("signed: name twice, the first wrong", lambda p: resources(p).insert(0, dict(first(p), digest="00" * 32)))
    signed("signed: ./name", lambda p: first(p).__setitem__("name", "./" + first(p)["name"]))
    signed("signed: name/", lambda p: first(p).__setitem__("name", first(p)["name"] + "/"))
    signed("signed: a//b", lambda p: [r.__setitem__("name", r["name"].replace("/", "//")) for r in resources(p)] and None)
    signed("signed: absolute name", lambda p: first(p).__setitem__("name", "/" + first(p)["name"]))
    signed("signed: a/../name", lambda p: first(p).__setitem__("name", "sub/../" + first(p)["name"]))
    signed("signed: ../name", lambda p: resources(p).append({"name": "../b.pub", "algorithm": "sha256", "digest": "00" * 32}))
    signed("signed: upper digest", lambda p: first(p).__setitem__("digest", first(p)["digest"].upper()))
    signed("signed: digest with spaces", lambda p: first(p).__setitem__("digest", first(p)["digest"][:2] + " \n" + first(p)["digest"][2:]))
    signed("signed: digest cut", lambda p: first(p).__setitem__("digest", first(p)["digest"][:-2]))
    signed("signed: digest is none", lambda p: first(p).__setitem__("digest", "xyz"), fix=False)
    signed("signed: other algorithm", lambda p: first(p).__setitem__("algorithm", "sha512"))
    signed("signed: no algorithm", lambda p: first(p).pop("algorithm") and None)
    signed("signed: no name", lambda p: first(p).pop("name") and None)
    signed("signed: resource missing", lambda p: resources(p).pop() and None)
    signed("signed: no resources", lambda p: p["predicate"].pop("resources") and None, fix=False)
    signed("signed: two subjects", lambda p: p["subject"].append(p["subject"][0]))
    signed("signed: no subject", lambda p: p.__setitem__("subject", []), fix=False)
    signed("signed: renamed model", lambda p: p["subject"][0].__setitem__("name", "other"))
    signed("signed: statement type", lambda p: p.__setitem__("_type", "https://in-toto.io/Statement/v0.1"))
    signed("signed: no statement type", lambda p: p.pop("_type") and None)
    signed("signed: predicate type", lambda p: p.__setitem__("predicateType", "https://slsa.dev/provenance/v1"))
    signed("signed: no serialization", lambda p: p["predicate"].pop("serialization") and None)
    signed("signed: no hash type", lambda p: serialization(p).pop("hash_type") and None)
    signed("signed: hash type blake3", lambda p: serialization(p).__setitem__("hash_type", "blake3"))
    signed("signed: no allow_symlinks", lambda p: serialization(p).__delitem__("allow_symlinks"))
    signed("signed: method unknown", lambda p: serialization(p).__setitem__("method", "tensors"))
    signed("signed: ignores none", lambda p: serialization(p).pop("ignore_paths") and None)
    signed("signed: ignores a missing file", lambda p: serialization(p)["ignore_paths"].append("new.txt"))
    signed("signed: ignores a file that is signed", lambda p: serialization(p)["ignore_paths"].append("sub/tok.txt"))
    signed("signed: ignores everything", lambda p: (serialization(p)["ignore_paths"].append("."), resources(p).clear()) and None)
    signed("signed: ignores outside", lambda p: serialization(p)["ignore_paths"].append("../x"))
    signed("signed: more in the predicate", lambda p: p["predicate"].__setitem__("more", 1))
    old = lambda p: {
        "_type": p["_type"],
        "predicateType": "https://model_signing/Digests/v0.1",
        "subject": [{"name": r["name"], "digest": {"sha256": r["digest"]}} for r in resources(p)],
    }
    signed("signed as before 1.0", old, encode=pb.pae_compat)
    signed("signed as before 1.0, file missing", lambda p: {**old(p), "subject": old(p)["subject"][1:]}, encode=pb.pae_compat)
    return model


def of_curve(name, curve):
    private, public = key(lambda: ec.generate_private_key(curve), name)
    model, check, edited, _ = recorded(name, private, public)
    check("untouched")
    check("changed", {**FILES, "empty": b"1"})
    edited("bit flipped", der(lambda d: d[:9] + bytes([d[9] ^ 1]) + d[10:]))
    check("other key", public_key=key(lambda: ec.generate_private_key(curve), "other")[1])
    return model


def of_shards():
    """The command line knows no shards: what the library says, told of their size."""
    private, public = key(lambda: ec.generate_private_key(ec.SECP256R1()), "shards")
    lay("m", FILES)
    config = lambda: model_signing.hashing.Config().use_shard_serialization(shard_size=4).set_ignored_paths(paths=[])
    model_signing.signing.Config().use_elliptic_key_signer(private_key="shards").set_hashing_config(config()).sign("m", "m.sig")
    bundle = json.load(open("m.sig"))
    model = {
        "name": "shards",
        "files_hex": {name: data.hex() for name, data in FILES.items()},
        "public_key_pem": public,
        "bundle": bundle,
        "checks": [],
    }
    for case, files in {
        "untouched": FILES,
        "changed in the second shard": {**FILES, "sub-b": b"yyyyyYyyyyy"},
        "cut": {**FILES, "sub-b": b"y" * 8},
        "longer": {**FILES, "sub-b": b"y" * 12},
        "extra": {**FILES, "new": b"1"},
        "extra and empty": {**FILES, "new": b""},
        "missing": {n: d for n, d in FILES.items() if n != "config.json"},
    }.items():
        lay("m", files)
        verifier = model_signing.verifying.Config().use_elliptic_key_verifier(public_key="shards.pub")
        try:
            verifier.set_hashing_config(config()).verify(pathlib.Path("m"), "m.sig")
            ok, message = True, ""
        except Exception as error:
            ok, message = False, str(error)[:200]
        entry = {"case": case, "ok": ok, "message": message}
        change = {n: files[n].hex() if n in files else None for n in {*files, *FILES} if files.get(n) != FILES.get(n)}
        if change:
            entry["files_change"] = dict(sorted(change.items()))
        model["checks"].append(entry)
    return model


models = [of_p256(), of_curve("p384", ec.SECP384R1()), of_curve("p521", ec.SECP521R1()), of_shards()]
print(json.dumps({"source": "model-signing 1.1.1, method key", "models": models}, indent=1))
