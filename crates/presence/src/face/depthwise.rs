//! Depthwise convolutions, three by three, with the activation behind them in one go.
//!
//! The runtime computes them one number after the other, and they were more than half of an
//! embedding's time. Here a row is computed from three rows whose neighbours lie side by side,
//! which the compiler turns into instructions for several numbers at once.

/// One depthwise convolution.
pub struct Depthwise {
    pub stride: usize,
    pub kernels: Vec<[f32; 9]>,
    pub bias: Vec<f32>,
    /// What a negative number is multiplied with: one leaves it, zero makes it zero.
    pub slopes: Vec<f32>,
}

impl Depthwise {
    /// The size of the output for one of the input.
    pub fn size(&self, input: usize) -> usize {
        input.div_ceil(self.stride)
    }

    /// Convolves planes of `height` x `width`, channel after channel, picture after picture.
    pub fn apply(&self, planes: &[f32], height: usize, width: usize) -> Vec<f32> {
        let (rows, columns) = (self.size(height), self.size(width));
        let channels = self.kernels.len();
        let mut out = vec![0f32; planes.len() / (height * width) * rows * columns];
        // A border of zeros around the plane; for stride two, first the even then the odd columns.
        let even = if self.stride == 1 { width + 2 } else { width / 2 + 2 };
        let stride = if self.stride == 1 { even } else { 2 * even };
        let mut bordered = vec![0f32; stride * (height + 2)];
        let planes = planes.chunks_exact(height * width);
        for (at, (plane, out)) in planes.zip(out.chunks_exact_mut(rows * columns)).enumerate() {
            let channel = at % channels;
            for (line, inner) in
                plane.chunks_exact(width).zip(bordered[stride..].chunks_exact_mut(stride))
            {
                if self.stride == 1 {
                    inner[1..=width].copy_from_slice(line);
                } else {
                    part(line, inner, even);
                }
            }
            let weights = Weights {
                kernel: &self.kernels[channel],
                bias: self.bias[channel],
                slope: self.slopes[channel],
            };
            for (row, out) in out.chunks_exact_mut(columns).enumerate() {
                let top = row * self.stride * stride;
                let lines = [0, 1, 2].map(|down| {
                    let line = &bordered[top + down * stride..][..stride];
                    if self.stride == 1 {
                        [&line[..columns], &line[1..], &line[2..]]
                    } else {
                        [&line[..columns], &line[even..], &line[1..]]
                    }
                    .map(|line| &line[..columns])
                });
                weights.row(lines, out);
            }
        }
        out
    }
}

/// Even and odd columns of a bordered line: the border is column 0, so the line begins odd.
fn part(line: &[f32], inner: &mut [f32], even: usize) {
    let (evens, odds) = inner.split_at_mut(even);
    let (pairs, rest) = line.as_chunks::<2>();
    for ([first, second], (odd, even)) in pairs.iter().zip(odds.iter_mut().zip(&mut evens[1..])) {
        (*odd, *even) = (*first, *second);
    }
    if let [last] = rest {
        odds[pairs.len()] = *last;
    }
}

struct Weights<'a> {
    kernel: &'a [f32; 9],
    bias: f32,
    slope: f32,
}

impl Weights<'_> {
    /// One row of the output from three of the input, each given three times: the numbers to the
    /// left, above and to the right of each output.
    fn row(&self, lines: [[&[f32]; 3]; 3], out: &mut [f32]) {
        let [[a, b, c], [d, e, f], [g, h, i]] = lines;
        let count = out.len();
        let (a, b, c) = (&a[..count], &b[..count], &c[..count]);
        let (d, e, f) = (&d[..count], &e[..count], &f[..count]);
        let (g, h, i) = (&g[..count], &h[..count], &i[..count]);
        let k = self.kernel;
        for x in 0..count {
            let above = k[0] * a[x] + k[1] * b[x] + k[2] * c[x];
            let beside = k[3] * d[x] + k[4] * e[x] + k[5] * f[x];
            let below = k[6] * g[x] + k[7] * h[x] + k[8] * i[x];
            let sum = self.bias + above + (beside + below);
            out[x] = if sum > 0.0 { sum } else { sum * self.slope };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By the book: for each output nine products, outside of which there are zeros.
    fn plainly(of: &Depthwise, planes: &[f32], height: usize, width: usize) -> Vec<f32> {
        let mut out = Vec::new();
        for (at, plane) in planes.chunks_exact(height * width).enumerate() {
            let channel = at % of.kernels.len();
            for row in 0..of.size(height) {
                for column in 0..of.size(width) {
                    let mut sum = of.bias[channel];
                    for (index, weight) in of.kernels[channel].iter().enumerate() {
                        let y = (row * of.stride + index / 3).checked_sub(1);
                        let x = (column * of.stride + index % 3).checked_sub(1);
                        if let (Some(y), Some(x)) = (y, x)
                            && y < height
                            && x < width
                        {
                            sum += weight * plane[y * width + x];
                        }
                    }
                    out.push(if sum > 0.0 { sum } else { sum * of.slopes[channel] });
                }
            }
        }
        out
    }

    #[test]
    fn rows_at_once_are_what_the_book_says() {
        let number = |at: usize| (at * 37 % 101) as f32 / 50.0 - 1.0;
        for stride in [1, 2] {
            for (height, width) in [(1, 1), (2, 3), (7, 7), (8, 5), (5, 8), (16, 33)] {
                let depthwise = Depthwise {
                    stride,
                    kernels: (0..3).map(|c| std::array::from_fn(|at| number(c * 9 + at))).collect(),
                    bias: vec![0.1, -0.2, 0.3],
                    slopes: vec![0.0, 1.0, 0.25],
                };
                let planes: Vec<f32> = (0..2 * 3 * height * width).map(number).collect();
                let got = depthwise.apply(&planes, height, width);
                let expected = plainly(&depthwise, &planes, height, width);
                assert_eq!(got.len(), expected.len(), "{stride} {height} x {width}");
                for (got, expected) in got.iter().zip(&expected) {
                    assert!((got - expected).abs() < 1e-5, "{stride} {height} x {width}");
                }
            }
        }
    }
}
