"""Records what genuine DVC writes and reads: here `variants.json`, in the format of the cases; in
`../dvc_yaml` what it writes and reads of YAML, and names that we refuse.

    python3 -m venv venv && venv/bin/pip install dvc==3.67.1
    venv/bin/python record.py

`dvc.json` is not made here.
"""

import hashlib
import json
import os
import random
import stat
import subprocess
import tempfile
from pathlib import Path

import dvc
from dvc.dvcfile import SingleStageFile
from dvc.repo import Repo
from dvc.utils.serialize import dumps_yaml, loads_yaml

HERE = Path(__file__).parent.resolve()
YAML = HERE.parent / "dvc_yaml"
SOURCE = f"dvc {dvc.__version__}"

NAMES = (
    "yes no null Null ~ true True TRUE tRue False 1 -1 +1 1.0 1. .5 -.5 .e+1 1e5 1e 1E-5 1_000 _1 0x1F 0x 0o17 017 0b1 "
    "12:30:45 1:2 2026-11-26 2026-1-26 .inf -.Inf .NAN .nan = == << <<< - -- --- ---x ... ...x -x ?x :x a:b a#b #x 'x' \"x\" "
    "it's &a *a !a %a @a `a |a >a {a} [a] a,b ,a a? a* a! a] \\a a\\b on Y .gitkeep .hidden a.dvc.csv data.tar.gz ä.csv "
    "日本語.csv 😀.csv \u00a0 nbsp\u00a0x \u2028x x\u2029 x\u0085y \ufeffx x\x7f x\x80 x\x01 \ue000 \ufffd 𝔘nicode e\u0301 ы"
).split(" ")
NAMES += [
    "- x", "? x", ": x", "a: b", "a :b", "a : b", "a #b", "a# b", " lead", "trail ", "  ", " ", "two  blanks", "tab\there", "\ttab", "tab\t",
    "-\tx", "a:\tb", "a\t#b", "a:", "2026-11-26 10:00:00", "2026-11-26T10:00:00Z", "say \"x\" and 'y'", "its' a: b", "new\nline", "\nline", "line\n", "a\rb", "a\r\nb",
    "a b" * 60, "word " * 40 + "end", "x" * 200, "long " + "x" * 180 + " end", "# " + "word " * 40 + "end", "#" + "word  " * 30 + "end",
    "it's: " + "word " * 40 + "end", "\"" + "word " * 40 + "end", "tab\t" + "word " * 40 + "end", "tab\t" + "x" * 180, "ü" * 60 + " " + "ü" * 20 + " ü",
    "word " * 15 + "end", "word " * 14 + "endin g", "a" * 71 + " b", "a" * 72 + " b", "a" * 73 + " b", "a" * 74 + " b", "#" + "a" * 70 + " b", "#" + "a" * 71 + " b c",
    "#" + "a" * 72 + " b c", "\t" + "a" * 68 + " b c", "\t" + "a" * 69 + " b c", "\t" + "a" * 70 + " b c", "\t" + "a" * 71 + " b c", "\t" + "😀" * 30 + " 'b' \"c\" d  e",
]


def hexed(data):
    return data.hex()


def matching(pattern_of):
    """Bytes whose MD5 looks as asked, which a writer of YAML must quote."""
    for number in range(50_000_000):
        text = str(number).encode()
        if pattern_of(hashlib.md5(text).hexdigest()):
            return text
    raise SystemExit("no such digest")


def digits_only(digest):
    return digest.isdigit()


def as_float(digest):
    before, e, after = digest.partition("e")
    return bool(e) and before.isdigit() and after.isdigit()


def cases():
    yield "one file", {"m.pkl": b"model bytes v1"}, ["m.pkl"], []
    yield "nested file", {"data/raw/x.csv": b"a,b\n1,2\n"}, ["data/raw/x.csv"], []
    yield "empty file", {"empty": b""}, ["empty"], []
    yield "crlf", {"dos.txt": b"a\r\nb\r\n"}, ["dos.txt"], []
    yield "crlf in a folder", {"d/dos.txt": b"a\r\nb\r\n", "d/unix.txt": b"a\nb\n"}, ["d"], []
    yield "binary", {"b.bin": bytes(range(256)) * 5}, ["b.bin"], []
    yield "executable", {"run.sh": b"#!/bin/sh\n", "tools/x": b"x"}, ["run.sh", "tools"], ["run.sh", "tools/x"]
    yield "same twice", {"a": b"same", "b": b"same", "d/c": b"same"}, ["a", "b", "d"], []
    yield "several in a folder", {"data/a": b"1", "data/b": b"2", "data/c/d": b"3"}, ["data/b", "data/a", "data/c"], []
    yield "several folders", {"x/a": b"1", "y/a": b"1", "y/b/a": b"2"}, ["x", "y"], []
    yield "deep", {"d/" + "/".join("abcdefghij") + "/f": b"deep"}, ["d"], []
    yield "order", {f"d/{n}": n.encode() for n in ["a-b", "a/b", "a.b", "A", "b", "a b/c", "ä", "z", "😀", "\uffee", "_"]}, ["d"], []
    odd = ["quo\"te", "tab\t", "new\nline", "\x01", "\x7f", "\u2028", "\ue000", "😀 x", "é/日本", "</x>", "a:b"]
    yield "odd names in a folder", {f"d/{n}": str(i).encode() for i, n in enumerate(odd)}, ["d"], []
    yield "backslash in a folder", {"d/back\\slash": b"1"}, ["d"], []
    yield "slash at the end", {"d/a": b"1"}, ["d/"], []
    yield "dot in front", {"d/a": b"1", "e": b"2"}, ["./d", "./e"], []
    yield "digest of digits", {"digits": matching(digits_only)}, ["digits"], []
    yield "digest like a float", {"float": matching(as_float)}, ["float"], []
    yield "gitignore goes on", {"a": b"1", ".gitignore": b"*.tmp\n"}, ["a"], []
    yield "gitignore without its end", {"a": b"1", ".gitignore": b"*.tmp"}, ["a"], []
    yield "gitignore has it", {"a": b"1", ".gitignore": b"/a\n"}, ["a"], []
    yield "gitignore covers it", {"a.bin": b"1", "d/b.bin": b"2", ".gitignore": b"*.bin\n"}, ["a.bin", "d/b.bin"], []
    yield "gitignore uncovers it", {"a.bin": b"1", "b.bin": b"2", ".gitignore": b"*.bin\n!a.bin\n"}, ["a.bin", "b.bin"], []
    yield "gitignore of folders", {"d/a": b"1", "e": b"2", "f/g": b"3", ".gitignore": b"d/\ne/\n[f]\n"}, ["d", "e", "f"], []
    yield "gitignore of deeper ones", {"x/y/a": b"1", "x/b": b"2", "c/x/d": b"3", ".gitignore": b"x/**/a\n/x/b\n**/d\n#c\n"}, ["x/y/a", "x/b", "c/x/d"], []
    yield "gitignore in classes", {"a1": b"1", "a2": b"2", "ab": b"3", "a-": b"4", ".gitignore": b"a[0-1]\na[!0-9-]\n"}, ["a1", "a2", "ab", "a-"], []
    yield "gitignore of one sign", {"ab": b"1", "abc": b"2", "a b": b"3", ".gitignore": b"a?\n \na\\ b  \n"}, ["ab", "abc", "a b"], []
    yield "folder ignored by dvc", {"d/a": b"1", "d/b.tmp": b"2", "d/c.tmp/x": b"3", "d/e/f.tmp": b"4", ".dvcignore": b"*.tmp\n"}, ["d"], []
    yield "ignored by dvc but one", {"d/a.tmp": b"1", "d/b.tmp": b"2", "d/e/a.tmp": b"3", ".dvcignore": b"*.tmp\n!/d/a.tmp\n"}, ["d"], []
    yield "ignored between blanks", {"d/a.tmp": b"1", "d/b": b"2", "d/c.log": b"3", ".dvcignore": b"  *.tmp\n*.log\t\n \t# x\n"}, ["d"], []
    yield "ignored below a folder that is not", {"d/f1": b"1", "d/e/k": b"2", ".dvcignore": b"d/*\n!d/e/\n"}, ["d"], []
    yield "ignored but all of a folder", {"d/f1": b"1", "d/e/k": b"2", "d/e/m/l": b"3", "d/g/h": b"4", ".dvcignore": b"d/*\n!d/e\n"}, ["d"], []
    yield "ignored folders", {"d/f1": b"1", "d/e/k": b"2", "d/g/h": b"3", ".dvcignore": b"d/*/\n!d/e\n"}, ["d"], []
    yield "ignored within folders", {"d/a/b": b"1", "d/c/x/y": b"2", "d/c/x2": b"3", "d/e/x": b"4", ".dvcignore": b"d/a/**\nd/*/x/\n"}, ["d"], []
    yield "ignored by patterns of nothing", {"d/a/b": b"1", "d/[a": b"2", ".dvcignore": b"*/\n**/\n[a\n/\n"}, ["d"], []
    yield "ignored from a folder above", {"p/d/e/1": b"1", "p/d/f": b"2", "p/d/g": b"3", "p/d/h/f": b"4", "p/.dvcignore": b"e/\n/d/f\n"}, ["p/d"], []
    yield "ignored by all but some", {"d/a.txt": b"1", "d/b": b"2", "d/s/c.txt": b"3", "d/s/t/e.txt": b"4", ".dvcignore": b"/d/*\n!*.txt\n"}, ["d"], []
    yield "folders that are not data", {"d/a": b"1", "d/.git/config": b"2", "d/.hg/x": b"3", "d/.gitkeep": b"4", "d/.dvcx/config": b"5"}, ["d"], []
    yield "empty folders", {"d/a": b"1", "d/none/": None, "e/none/": None}, ["d", "e"], []
    for name in NAMES:
        if len(name.encode()) < 240:
            yield f"name {name[:40]!r}", {name: b"x"}, [name], []
    for name in ["data: raw/x.csv", "ü/é.csv", "a b/c d", "-/x", "#/#"]:
        yield f"nested {name!r}", {name: b"x", f"{name}.d/y": b"y"}, [name, f"{name}.d"], []


def record(name, files, add, executable):
    with tempfile.TemporaryDirectory() as root:
        work, remote = Path(root, "work"), Path(root, "remote")
        work.mkdir()
        os.chdir(work)
        subprocess.run(["git", "init", "-q"], check=True)
        with Repo.init(".") as repo:
            with repo.config.edit() as config:
                config["remote"]["r"] = {"url": str(remote)}
                config["core"]["remote"] = "r"
        for path, data in files.items():
            if data is None:
                Path(path).mkdir(parents=True)
                continue
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            Path(path).write_bytes(data)
        for path in executable:
            Path(path).chmod(Path(path).stat().st_mode | stat.S_IXUSR)
        with Repo(".") as repo:
            repo.add(["./" + path for path in add])
            repo.push()
        found = [path for path in work.rglob("*") if not {".git", ".dvc"} & set(path.relative_to(work).parts[:-1])]
        added = tuple(path.rstrip("/").removeprefix("./") for path in add)
        named = {str(path.relative_to(work)): path for path in found if path.is_file() and path.name.endswith((".dvc", ".gitignore"))}
        mine = {name: path for name, path in named.items() if name not in added and not name.startswith(tuple(a + "/" for a in added))}
        texts = {name: path.read_bytes().decode() for name, path in sorted(mine.items())}
        os.chdir(HERE)
        return {
            "name": name,
            "files_hex": {path: data.hex() for path, data in files.items() if data is not None},
            **({"folders": [path for path, data in files.items() if data is None]} if None in files.values() else {}),
            **({"executable": executable} if executable else {}),
            "add": add,
            "dvc_files": {path: text for path, text in texts.items() if path.endswith(".dvc")},
            "gitignore": {path: text for path, text in texts.items() if Path(path).name == ".gitignore"},
            "remote_objects_hex": {
                str(path.relative_to(remote)): path.read_bytes().hex() for path in sorted(remote.rglob("*")) if path.is_file()
            },
        }


def texts():
    yield from NAMES
    dice = random.Random(20261126)
    pieces = [" ", " ", " ", "a", "word", "x1", ": ", ":", " #", "#", "'", '"', "- ", "-", "\\", "\t", "\n", "é", "日本", "😀", "\u2028", "\x85", "\xa0", "\x07", "\ufeff", "1", ".", "e", "_", "0", ",", "[", "]", "{", "}", "?", "&", "*", "%"]
    for size in [1, 2, 3, 4, 6, 8, 30, 60, 90] * 40:
        yield "".join(dice.choice(pieces) for _ in range(size))
    words = [" ", "  ", "x" * 9, "y" * 30, "é" * 5, "'", '"', "\n", "\t", "z"]
    for size in [20, 40, 60] * 40:
        yield "".join(dice.choice(words) + dice.choice([" ", " ", ""]) for _ in range(size))
    for size in [1, 2, 3, 5, 8] * 40:
        yield "".join(dice.choice("0123456789+-._eExobaf:TZ ") for _ in range(size))


DOCUMENTS = [
    {"outs": [{"path": "x", "desc": "what it is", "labels": ["a", "b: c", ""], "meta": {"n": 1, "deep": {"a": [1, 2.5, True, None, []], "b": {}}}}]},
    {"desc": "word " * 30 + "end", "outs": [], "meta": {"a": None, "it's": "it's", "yes": "no", "key: x": ["- x", ["nested", ["more", "#"]], {"k": "v", "w": ["x"]}]}},
    {"meta": {"list": ["word " * 30 + "end", "#" + "word " * 30, "\t" + "word " * 30, "x" * 90], "k": {"deeper": {"deepest": "word " * 30, "x": "y" * 90, "z": "tab\t" + "word " * 30}}}},
    {"meta": [[["a"], "b"], {"a": {"b": [{"c": "d"}, {"e": "f", "g": ["h"]}]}}], "outs": [{"a": "b"}, {"c": [{"d": "e"}]}]},
    {"meta": {"": "", " ": " ", "1": "1", "null": None, "a b": False, "x" * 100: "y", "x" * 127: "y", "x" * 128: "y", "é" * 100: "z " * 60}},
]


def scalar(text):
    written = dumps_yaml({"outs": [{"hash": "md5", "path": text}]})
    read = loads_yaml(written)["outs"][0]["path"]
    return {"value": text, "text": written, **({} if read == text else {"read": read})}


MD5 = "d2b9de70b5f73e05dd3316667c4501bd"
OUT = f"outs:\n- md5: {MD5}\n  size: 14\n  hash: md5\n  path: m.pkl\n"
READINGS = {
    "plain": OUT,
    "with a comment": "# a comment\n" + OUT.replace("14", "14 # bytes"),
    "with CR LF": OUT.replace("\n", "\r\n"),
    "with a byte order mark": "\ufeff" + OUT,
    "with a document start": "---\n" + OUT + "...\n",
    "two documents": OUT + "---\n" + OUT,
    "as JSON": json.dumps({"outs": [{"md5": MD5, "size": 14, "hash": "md5", "path": "m.pkl"}]}),
    "in flow style": f"outs: [{{md5: {MD5}, size: 14, hash: md5, path: m.pkl}}]\n",
    "in quotes": f"\"outs\":\n- 'md5': \"{MD5}\"\n  \"size\": 14\n  hash: \"md5\"\n  path: 'm.pkl'\n",
    "escaped": OUT.replace("m.pkl", '"m\\x2Epkl\\u00e9\\U0001F600"'),
    "folded": OUT.replace("m.pkl", ">-\n    a\n    b"),
    "literal": OUT.replace("m.pkl", "|-\n    a\n    b"),
    "over two lines": OUT.replace("m.pkl", "a\n    b"),
    "indented sequence": f"outs:\n  - md5: {MD5}\n    hash: md5\n    path: x\n",
    "other order": f"outs:\n- path: x\n  hash: md5\n  md5: {MD5}\n",
    "no size": f"outs:\n- md5: {MD5}\n  hash: md5\n  path: x\n",
    "size 0": OUT.replace("14", "0"),
    "size below 0": OUT.replace("14", "-1"),
    "size as text": OUT.replace("14", "'14'"),
    "size as a float": OUT.replace("14", "14.0"),
    "size of underscores": OUT.replace("14", "1_4"),
    "size in base 16": OUT.replace("14", "0xE"),
    "size in base 8": OUT.replace("14", "0o16"),
    "size with a 0": OUT.replace("14", "014"),
    "size with a plus": OUT.replace("14", "+14"),
    "size null": OUT.replace("14", "null"),
    "size absurd": OUT.replace("14", "9" * 40),
    "path a number": OUT.replace("m.pkl", "1"),
    "path null": OUT.replace("m.pkl", ""),
    "path yes": OUT.replace("m.pkl", "yes"),
    "path a date": OUT.replace("m.pkl", "2026-11-26"),
    "path twice": OUT + "  path: x\n",
    "outs twice": OUT + OUT,
    "no path": f"outs:\n- md5: {MD5}\n",
    "no md5": "outs:\n- path: x\n",
    "md5 null": "outs:\n- md5:\n  path: x\n",
    "no hash": f"outs:\n- md5: {MD5}\n  size: 14\n  path: m.pkl\n",
    "other hash": OUT.replace("hash: md5", "hash: sha256"),
    "a folder": OUT.replace(MD5, MD5 + ".dir"),
    "two outs": OUT + f"- md5: {MD5}\n  hash: md5\n  path: y\n",
    "no outs": "outs: []\n",
    "empty": "",
    "null": "null\n",
    "a list": "- a\n",
    "text": "text\n",
    "unknown key": OUT + "more: 1\n",
    "unknown key of an out": OUT + "  more: 1\n",
    "an anchor": OUT.replace("m.pkl", "&a m.pkl"),
    "an alias": OUT.replace("m.pkl", "&a m.pkl") + "desc: *a\n",
    "a tag": OUT.replace("m.pkl", "!!str 1"),
    "a tag of python": OUT.replace("m.pkl", "!!python/object:os.system x"),
    "a merge": "meta: &m\n  a: 1\n" + OUT + "  <<: *m\n",
    "annotated": OUT + "  desc: what it is\n  type: model\n  labels:\n  - a\n  - b\n  meta:\n    owner: ana\n    n: 1\n    deep: {a: [1, 2.50, true, null], b: []}\n",
    "with all": "desc: it\nmeta:\n  a: 1\n  b: [x, 'y']\n" + OUT + "  cache: false\n  remote: other\n  push: false\n  persist: true\n",
    "frozen": "frozen: true\n" + OUT,
    "working folder": "wdir: ..\n" + OUT,
    "imported": f"md5: {MD5}\nfrozen: true\ndeps:\n- path: x\n  repo:\n    url: https://example.com/r\n    rev_lock: abc\n" + OUT,
    "remote cut off": OUT[:-8],
    "an unclosed quote": OUT.replace("m.pkl", "'m.pkl"),
    "a tab": OUT.replace("  size", "\tsize"),
    "bare text": OUT + "x\n",
    "a control sign": OUT.replace("m.pkl", "m\x01pkl"),
    "a zero byte": OUT.replace("m.pkl", "m\x00pkl"),
    "directive 1.1": "%YAML 1.1\n---\n" + OUT.replace("m.pkl", "x"),
}


def reading(name, text):
    try:
        value = SingleStageFile.validate(loads_yaml(text) or {}, name)
        value = json.loads(json.dumps(value, default=str))
        value = {"value": value, "written": dumps_yaml(loads_yaml(text, typ="rt"))}
    except Exception as error:
        value = {"refused": type(error).__name__}
    return {"name": name, "text": text, **value}


def write(path, key, found):
    found = list(found)
    lines = ",\n".join(json.dumps(case) for case in found)
    path.write_text(f'{{"source": "{SOURCE}", "{key}": [\n{lines}\n]}}\n')
    print(path.name, len(found))


write(YAML / "scalars.json", "scalars", map(scalar, dict.fromkeys(text for text in texts())))
write(YAML / "documents.json", "documents", ({"value": value, "text": dumps_yaml(value)} for value in DOCUMENTS))
write(YAML / "readings.json", "readings", (reading(*item) for item in READINGS.items()))
recorded, stricter = [], []
for case in cases():
    try:
        odd = any(set("\\\n\r\x85\u2028\u2029") & set(path) for path in case[2])
        (stricter if odd else recorded).append(record(*case))
    except Exception as error:
        os.chdir(HERE)
        print("refused by dvc:", case[0], type(error).__name__, str(error)[:150])
write(HERE / "variants.json", "cases", recorded)
write(YAML / "stricter.json", "cases", stricter)
