"""OpenCV's turn in `baize bench face`: CPU milliseconds a photo, in one JSON object.

Arguments are photos; without any the picture is made. BAIZE_FACE_FOLDED names the folder with the
models as their makers packed them, which OpenCV reads as they are. One thread.
"""

import json
import os
import pathlib
import resource
import sys
import time

import cv2
import numpy

REPEATS = 5
SIDE = 320


def main():
    cv2.setNumThreads(1)
    folder = pathlib.Path(os.environ["BAIZE_FACE_FOLDED"])
    detector = cv2.FaceDetectorYN.create(
        str(folder / "face_detection_yunet_2023mar_int8bq.onnx"), "", (SIDE, SIDE), 0.7, 0.3, 5000)
    recogniser = cv2.FaceRecognizerSF.create(
        str(folder / "face_recognition_sface_2021dec_int8bq.onnx"), "")
    photos = [cv2.imread(path) for path in sys.argv[1:]]
    if not photos:
        made = numpy.arange(1280 * 720 * 3, dtype=numpy.int64) * 31 // 7 % 251
        photos = [made.astype(numpy.uint8).reshape(720, 1280, 3)]

    def detect(photo):
        height, width = photo.shape[:2]
        scale = min(1.0, SIDE / max(height, width))
        size = (round(width * scale), round(height * scale))
        small = cv2.resize(photo, size, interpolation=cv2.INTER_AREA) if scale < 1 else photo
        detector.setInputSize(size)
        _, found = detector.detect(small)
        if found is None:
            x, y = width / 2, height / 2
            return numpy.array([x - 75, y - 100, 150, 200, x - 35, y - 40, x + 35, y - 40, x, y,
                                x - 28, y + 40, x + 28, y + 40, 1], numpy.float32)
        face = found[0].copy()
        face[:14] /= scale
        return face

    faces = [detect(photo) for photo in photos]
    aligned = [recogniser.alignCrop(photo, face) for photo, face in zip(photos, faces)]

    def timed(work):
        work(0)
        began = time.process_time()
        for _ in range(REPEATS):
            for index in range(len(photos)):
                work(index)
        return (time.process_time() - began) * 1000 / (REPEATS * len(photos))

    print(json.dumps({
        "detect_ms": timed(lambda at: detect(photos[at])),
        "align_ms": timed(lambda at: recogniser.alignCrop(photos[at], faces[at])),
        "embed_ms": timed(lambda at: recogniser.feature(aligned[at])),
        "whole_ms": timed(lambda at: recogniser.feature(
            recogniser.alignCrop(photos[at], detect(photos[at])))),
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }))


if __name__ == "__main__":
    main()
