/// How two columns vary together, in one pass, in parts that merge.
///
/// # Source
/// Chan, Golub and `LeVeque` (1983), with the product of both distances in place of a square.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Together {
    pub(super) rows: u64,
    mean: (f64, f64),
    squares: (f64, f64),
    product: f64,
}

/// Rows whose mean is taken first.
const BLOCK: usize = 1024;

impl Together {
    /// Takes in rows of both columns; those where either is not finite are left out.
    pub(super) fn update(&mut self, a: &[f64], b: &[f64]) {
        for (a, b) in a.chunks(BLOCK).zip(b.chunks(BLOCK)) {
            let both: Vec<(f64, f64)> = a
                .iter()
                .zip(b)
                .filter(|(a, b)| a.is_finite() && b.is_finite())
                .map(|(a, b)| (*a, *b))
                .collect();
            let Some(first) = both.first() else { continue };
            let n = both.len() as f64;
            let mean = (
                first.0 + both.iter().map(|(a, _)| a - first.0).sum::<f64>() / n,
                first.1 + both.iter().map(|(_, b)| b - first.1).sum::<f64>() / n,
            );
            let mut block = Self { rows: both.len() as u64, mean, ..Self::default() };
            for (a, b) in both {
                let (a, b) = (a - mean.0, b - mean.1);
                block.squares.0 += a * a;
                block.squares.1 += b * b;
                block.product += a * b;
            }
            self.merge(&block);
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        if other.rows == 0 {
            return;
        }
        let (n, m) = (self.rows as f64, other.rows as f64);
        let apart = (other.mean.0 - self.mean.0, other.mean.1 - self.mean.1);
        let weight = n * m / (n + m);
        self.squares.0 += other.squares.0 + apart.0 * apart.0 * weight;
        self.squares.1 += other.squares.1 + apart.1 * apart.1 * weight;
        self.product += other.product + apart.0 * apart.1 * weight;
        self.mean.0 += apart.0 * (m / (n + m));
        self.mean.1 += apart.1 * (m / (n + m));
        self.rows += other.rows;
    }

    pub(super) fn pearson(&self) -> Option<f64> {
        let spread = self.squares.0.sqrt() * self.squares.1.sqrt();
        let pearson = self.product / spread;
        (self.rows > 1 && spread > 0.0 && pearson.is_finite()).then(|| pearson.clamp(-1.0, 1.0))
    }
}
