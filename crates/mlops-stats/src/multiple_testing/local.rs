//! How likely a single alarm is false, by the density of the p-values.

/// `1 / density` at each of the sorted p-values, at most 1: the density of p-values without a
/// finding is 1, and that of all falls.
///
/// # Source
/// Grenander, *On the theory of mortality measurement* (1956): the slopes of the least concave
/// majorant of the distribution function.
pub(super) fn rates(sorted: &[f64]) -> Vec<f64> {
    let n = sorted.len() as f64;
    // Pieces of the majorant: how many p-values, the width they cover, and where it ends.
    let mut pieces: Vec<(usize, f64)> = Vec::new();
    let mut before = 0.0;
    for tied in sorted.chunk_by(|a, b| a >= b) {
        let mut piece = (tied.len(), tied[0] - before);
        before = tied[0];
        // A piece that is steeper than the one before it makes one with it.
        while let Some(left) = pieces.last().copied() {
            if left.0 as f64 * piece.1 > piece.0 as f64 * left.1 {
                break;
            }
            piece = (left.0 + piece.0, left.1 + piece.1);
            pieces.pop();
        }
        pieces.push(piece);
    }
    let rate = |(count, width): (usize, f64)| {
        let rate = (width * n / count as f64).min(1.0);
        std::iter::repeat_n(rate, count)
    };
    pieces.into_iter().flat_map(rate).collect()
}
