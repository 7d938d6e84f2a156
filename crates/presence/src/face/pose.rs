//! Where a face looks, from its five points.
//!
//! The tip of the nose stands before the plane of eyes and mouth. So its place, measured in the
//! frame that eyes and mouth span, moves when a head turns, and stays when a flat picture of a head
//! is moved, turned, tilted, stretched or brought closer: such a picture changes by an affine map
//! (as good as), and the measure does not change by one.

use super::Point;

/// Where a face looks and how large it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pose {
    /// The nose from the middle between the eyes towards the person's left eye, as a part of the
    /// distance of the eyes: 0 straight ahead, about 0.2 at 30 degrees.
    pub yaw: f32,
    /// The nose between eyes (0) and mouth (1): about 0.55 straight ahead, more when looking down.
    pub pitch: f32,
    /// The line of the eyes against the horizontal.
    pub roll_deg: f32,
    /// The size of the face in pixels: root of what eyes and mouth span.
    pub size: f32,
    /// The middle of eyes and mouth.
    pub middle: Point,
}

/// The pose, or nothing when the points span no face.
pub fn pose(points: &[Point; 5]) -> Option<Pose> {
    let [right_eye, left_eye, nose, right_mouth, left_mouth] = *points;
    let eyes = between(right_eye, left_eye);
    let mouth = between(right_mouth, left_mouth);
    let across = (left_eye.x - right_eye.x, left_eye.y - right_eye.y);
    let down = (mouth.x - eyes.x, mouth.y - eyes.y);
    let span = across.0 * down.1 - across.1 * down.0;
    let tip = (nose.x - eyes.x, nose.y - eyes.y);
    let pose = Pose {
        yaw: (tip.0 * down.1 - tip.1 * down.0) / span,
        pitch: (across.0 * tip.1 - across.1 * tip.0) / span,
        roll_deg: across.1.atan2(across.0).to_degrees(),
        size: span.sqrt(),
        middle: between(eyes, mouth),
    };
    // A negative span is a mirrored face, and its root is not a number.
    let sound = [pose.yaw, pose.pitch, pose.roll_deg, pose.size, pose.middle.x, pose.middle.y];
    (sound.into_iter().all(f32::is_finite) && pose.size > 1.0).then_some(pose)
}

fn between(a: Point, b: Point) -> Point {
    Point { x: f32::midpoint(a.x, b.x), y: f32::midpoint(a.y, b.y) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn straight() -> [Point; 5] {
        [(40.0, 50.0), (80.0, 50.0), (60.0, 75.0), (45.0, 95.0), (75.0, 95.0)]
            .map(|(x, y)| Point { x, y })
    }

    #[test]
    fn a_flat_picture_keeps_its_pose_however_it_is_held() {
        let before = pose(&straight()).unwrap();
        assert!(before.yaw.abs() < 1e-6 && (before.pitch - 0.555_6).abs() < 1e-3, "{before:?}");
        for (a, b, c, d) in [(0.5, 0.0, 0.0, 1.0), (1.0, 0.3, -0.2, 0.8), (2.0, 0.0, 0.5, 1.5)] {
            let held = straight()
                .map(|p| Point { x: a * p.x + b * p.y + 9.0, y: c * p.x + d * p.y - 3.0 });
            let after = pose(&held).unwrap();
            assert!((after.yaw - before.yaw).abs() < 1e-5, "{after:?}");
            assert!((after.pitch - before.pitch).abs() < 1e-5, "{after:?}");
        }
    }

    #[test]
    fn points_that_span_nothing_have_no_pose() {
        assert_eq!(pose(&[Point { x: 3.0, y: 3.0 }; 5]), None);
        let mut points = straight();
        points[2].x = f32::NAN;
        assert_eq!(pose(&points), None);
        let mut mirrored = straight();
        mirrored.swap(0, 1);
        mirrored.swap(3, 4);
        assert_eq!(pose(&mirrored), None);
    }
}
