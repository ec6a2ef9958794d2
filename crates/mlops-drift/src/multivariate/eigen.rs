/// The eigenvalues of a symmetric matrix in descending order, and their vectors of length 1.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Eigen {
    pub(crate) values: Vec<f64>,
    /// One vector a value.
    pub(crate) vectors: Vec<Vec<f64>>,
}

/// After so many sweeps the rest is rounding: convergence is quadratic, and six do for
/// a hundred columns.
const SWEEPS: usize = 60;

/// Diagonalises a symmetric matrix by rotations. The sign of a vector is such that its
/// entry of largest size is positive.
///
/// Cost: about ten sweeps of `n³` each: instant for a hundred columns, a minute for a thousand.
///
/// # Source
/// The cyclic method of Jacobi as in Golub and Van Loan, *Matrix Computations* (4th ed.), § 8.5.
pub(crate) fn symmetric(mut matrix: Vec<Vec<f64>>) -> Eigen {
    let n = matrix.len();
    // Row i of `vectors` becomes the vector of the value in place i.
    let mut vectors: Vec<Vec<f64>> =
        (0..n).map(|i| (0..n).map(|j| if i == j { 1.0 } else { 0.0 }).collect()).collect();
    let norm: f64 = matrix.iter().flatten().map(|entry| entry * entry).sum();
    for _ in 0..SWEEPS {
        let off: f64 =
            (0..n).map(|i| matrix[i][i + 1..].iter().map(|entry| entry * entry).sum::<f64>()).sum();
        if off <= norm * f64::EPSILON * f64::EPSILON {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                rotate(&mut matrix, &mut vectors, p, q);
            }
        }
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|a, b| matrix[*b][*b].total_cmp(&matrix[*a][*a]));
    let vector = |i: &usize| {
        let vector = &vectors[*i];
        let largest =
            vector.iter().fold(0.0_f64, |most, entry| if entry.abs() > most.abs() { *entry } else { most });
        vector.iter().map(|entry| if largest < 0.0 { -entry } else { *entry }).collect()
    };
    Eigen {
        values: order.iter().map(|i| matrix[*i][*i]).collect(),
        vectors: order.iter().map(vector).collect(),
    }
}

/// Makes the entry (p, q) zero.
fn rotate(matrix: &mut [Vec<f64>], vectors: &mut [Vec<f64>], p: usize, q: usize) {
    let entry = matrix[p][q];
    if entry == 0.0 {
        return;
    }
    let tau = (matrix[q][q] - matrix[p][p]) / (2.0 * entry);
    // The smaller of the two angles that do it.
    let tangent = if tau >= 0.0 { 1.0 / (tau + tau.hypot(1.0)) } else { -1.0 / (-tau + tau.hypot(1.0)) };
    let cosine = 1.0 / tangent.hypot(1.0);
    let sine = tangent * cosine;
    for row in matrix.iter_mut() {
        (row[p], row[q]) = (cosine * row[p] - sine * row[q], sine * row[p] + cosine * row[q]);
    }
    turn(matrix, p, q, cosine, sine);
    // Exactly zero, so that a sweep does not chase rounding.
    matrix[p][q] = 0.0;
    matrix[q][p] = 0.0;
    turn(vectors, p, q, cosine, sine);
}

fn turn(rows: &mut [Vec<f64>], p: usize, q: usize, cosine: f64, sine: f64) {
    let (before, after) = rows.split_at_mut(q);
    for (a, b) in before[p].iter_mut().zip(&mut after[0]) {
        (*a, *b) = (cosine * *a - sine * *b, sine * *a + cosine * *b);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn dot(a: &[f64], b: &[f64]) -> f64 {
        a.iter().zip(b).map(|(a, b)| a * b).sum()
    }

    #[test]
    fn two_by_two() {
        let found = symmetric(vec![vec![2.0, 1.0], vec![1.0, 2.0]]);
        assert!((found.values[0] - 3.0).abs() < 1e-14 && (found.values[1] - 1.0).abs() < 1e-14);
        assert!((found.vectors[0][0] - 0.5_f64.sqrt()).abs() < 1e-14);
        assert_eq!(symmetric(vec![vec![0.0; 2]; 2]).values, [0.0, 0.0]);
        assert!(symmetric(Vec::new()).values.is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn vectors_are_orthonormal_sorted_and_give_the_matrix_back(
            (n, entries) in (1_usize..9).prop_flat_map(|n| (Just(n), prop::collection::vec(-5.0..5.0_f64, n * n)))
        ) {
            let matrix: Vec<Vec<f64>> = (0..n)
                .map(|i| (0..n).map(|j| entries[i * n + j] + entries[j * n + i]).collect())
                .collect();
            let found = symmetric(matrix.clone());
            prop_assert!(found.values.windows(2).all(|pair| pair[0] >= pair[1]));
            for (i, vector) in found.vectors.iter().enumerate() {
                for (j, other) in found.vectors.iter().enumerate() {
                    let expected = if i == j { 1.0 } else { 0.0 };
                    prop_assert!((dot(vector, other) - expected).abs() < 1e-12);
                }
            }
            for i in 0..n {
                for j in 0..n {
                    let back: f64 =
                        found.values.iter().zip(&found.vectors).map(|(value, v)| value * v[i] * v[j]).sum();
                    prop_assert!((back - matrix[i][j]).abs() < 1e-11, "{} {}", back, matrix[i][j]);
                }
            }
        }
    }
}
