/// How many values of a sample are passed at once where the largest distance can't be.
const STRIDE: usize = 64;

/// Which distances count.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Both,
    /// Where the first distribution function lies above the second.
    Above,
    /// Where it lies below.
    Below,
}

/// Where the distance is largest; `steps` in units of `1 / (n · m)`.
pub(super) struct Peak {
    pub(super) steps: u128,
    pub(super) location: f64,
    pub(super) sign: i8,
}

/// How many values of each sample have been passed, all that equal the last one among them.
#[derive(Clone, Copy)]
struct Place {
    in_x: usize,
    in_y: usize,
}

/// The largest distance of two sorted samples.
///
/// First only every 64th value is looked at. A distance moves by at most one step for each
/// value passed: most stretches can't reach what has been seen already. The others are
/// walked value by value.
pub(super) fn highest(x: &[f64], y: &[f64], direction: Direction) -> Peak {
    let height = |place: Place| place.in_x as i128 * y.len() as i128 - place.in_y as i128 * x.len() as i128;
    let mut places = Vec::with_capacity((x.len() + y.len()) / STRIDE + 2);
    let mut place = Place { in_x: 0, in_y: 0 };
    places.push(place);
    // At the end both functions are 1: a one-sided distance is never below 0.
    let mut seen = 0;
    while place.in_x < x.len() || place.in_y < y.len() {
        place = stride(x, y, place);
        places.push(place);
        seen = seen.max(match direction {
            Direction::Both => height(place).abs(),
            Direction::Above => height(place),
            Direction::Below => -height(place),
        });
    }
    let mut summit = Summit { steps: seen, above: Candidates::NONE, below: Candidates::NONE };
    for pair in places.windows(2) {
        let [from, to] = [pair[0], pair[1]];
        let up = (to.in_x - from.in_x) as i128 * y.len() as i128;
        let down = (to.in_y - from.in_y) as i128 * x.len() as i128;
        let most = (height(from) + up).min(height(to) + down);
        let least = (height(from) - down).max(height(to) - up);
        let above = direction != Direction::Below && most >= summit.steps;
        let below = direction != Direction::Above && -least >= summit.steps;
        if above || below {
            summit.walk(x, y, from, to, (above, below));
        }
    }
    summit.peak(direction)
}

/// Passes some values of both samples: all up to a value that is 64 ahead in one of them.
fn stride(x: &[f64], y: &[f64], from: Place) -> Place {
    let ahead = |values: &[f64], start: usize| values.get(start + STRIDE - 1).copied();
    let until = match (ahead(x, from.in_x), ahead(y, from.in_y)) {
        (Some(a), Some(b)) => a.min(b),
        (Some(value), None) | (None, Some(value)) => value,
        (None, None) => return Place { in_x: x.len(), in_y: y.len() },
    };
    Place { in_x: end_of(x, from.in_x, until), in_y: end_of(y, from.in_y, until) }
}

/// The first place from `start` on with a value above `until`: soon, or many ties away.
fn end_of(values: &[f64], start: usize, until: f64) -> usize {
    let (mut start, mut length) = (start, STRIDE);
    loop {
        let end = start.saturating_add(length).min(values.len());
        let passed = values[start..end].partition_point(|value| *value <= until);
        if passed < end - start || end == values.len() {
            return start + passed;
        }
        (start, length) = (end, length * 2);
    }
}

/// The first value, in the order of the first sample and then of the second, where a
/// distance is largest.
///
/// Heights are compared as doubles: `SciPy` does so too, and where two places tie it is the
/// rounding that decides which one it names.
#[derive(Clone, Copy)]
struct Candidates {
    of_x: (f64, f64),
    of_y: (f64, f64),
}

impl Candidates {
    const NONE: Self = Self { of_x: (f64::NEG_INFINITY, f64::NAN), of_y: (f64::NEG_INFINITY, f64::NAN) };

    fn see(&mut self, height: f64, location: f64, in_x: bool) {
        let best = if in_x { &mut self.of_x } else { &mut self.of_y };
        if height > best.0 {
            *best = (height, location);
        }
    }

    fn top(self) -> (f64, f64) {
        if self.of_y.0 > self.of_x.0 { self.of_y } else { self.of_x }
    }
}

struct Summit {
    steps: i128,
    above: Candidates,
    below: Candidates,
}

impl Summit {
    /// Looks at every value after `from` up to `to`.
    fn walk(&mut self, x: &[f64], y: &[f64], from: Place, to: Place, (above, below): (bool, bool)) {
        let (n, m) = (x.len(), y.len());
        let (mut in_x, mut in_y) = (from.in_x, from.in_y);
        let mut height = in_x as i128 * m as i128 - in_y as i128 * n as i128;
        while in_x < to.in_x || in_y < to.in_y {
            let value = if in_x == to.in_x {
                y[in_y]
            } else if in_y == to.in_y {
                x[in_x]
            } else {
                x[in_x].min(y[in_y])
            };
            let start = in_x;
            while in_x < to.in_x && x[in_x] <= value {
                in_x += 1;
                height += m as i128;
            }
            while in_y < to.in_y && y[in_y] <= value {
                in_y += 1;
                height -= n as i128;
            }
            if above && height >= self.steps || below && -height >= self.steps {
                if height.abs() > self.steps {
                    (self.above, self.below) = (Candidates::NONE, Candidates::NONE);
                    self.steps = height.abs();
                }
                let difference = in_x as f64 / n as f64 - in_y as f64 / m as f64;
                if above && height >= self.steps {
                    self.above.see(difference, value, in_x > start);
                }
                if below && -height >= self.steps {
                    self.below.see(-difference, value, in_x > start);
                }
            }
        }
    }

    fn peak(&self, direction: Direction) -> Peak {
        let (above, below) = (self.above.top(), self.below.top());
        let falls = match direction {
            Direction::Both => below.0 > above.0,
            Direction::Above => false,
            Direction::Below => true,
        };
        let (location, sign) = if falls { (below.1, -1) } else { (above.1, 1) };
        Peak { steps: self.steps.unsigned_abs(), location, sign }
    }
}
