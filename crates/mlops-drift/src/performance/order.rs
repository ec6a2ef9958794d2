/// Fewer rows are sorted at once.
const FEW: usize = 1024;

/// So many rows share a part, if their numbers are spread evenly.
const ROWS_A_PART: usize = 2;

/// Sorts rows by a number of each, the smallest first; rows of one number come in any order.
/// No number is NaN.
///
/// Rows are first dealt out to parts by where their number lies between the smallest and the
/// largest, as scores are mostly spread over all of their range: a few passes instead of the
/// `log n` of a sort by comparison. If they are not, it is that sort, part by part.
pub(super) fn sort_by_number<T: Copy>(rows: &mut Vec<T>, number: impl Fn(&T) -> f64) {
    let sort = |rows: &mut [T]| rows.sort_unstable_by(|a, b| number(a).total_cmp(&number(b)));
    let (low, high) = rows.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), row| {
        (low.min(number(row)), high.max(number(row)))
    });
    let parts = rows.len() / ROWS_A_PART;
    let scale = (parts.saturating_sub(1)) as f64 / (high - low);
    if rows.len() < FEW || !(scale > 0.0 && scale.is_finite()) {
        return sort(rows);
    }
    // Rounding keeps the order: of two numbers the larger is never in an earlier part.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to the last part")]
    let part = |row: &T| ((number(row) - low) * scale) as usize;
    let mut ends = vec![0_u32; parts + 1];
    let Ok(_) = u32::try_from(rows.len()) else { return sort(rows) };
    for row in rows.iter() {
        ends[part(row) + 1] += 1;
    }
    for place in 1..ends.len() {
        ends[place] += ends[place - 1];
    }
    // Now where each part begins; when all rows are dealt out, where it ends.
    let mut sorted = rows.clone();
    for row in rows.iter() {
        let end = &mut ends[part(row)];
        sorted[*end as usize] = *row;
        *end += 1;
    }
    let mut from = 0;
    for end in ends {
        let end = end as usize;
        if end - from > 1 {
            sort(&mut sorted[from..end]);
        }
        from = end;
    }
    *rows = sorted;
}

#[cfg(test)]
mod tests {
    use super::*;
    use mlops_stats::Random;

    #[test]
    fn it_sorts_as_a_sort_by_comparison_does() {
        let mut random = Random::replicate(1, 0);
        let mut check = |make: &mut dyn FnMut(f64) -> f64| {
            let mut rows: Vec<f64> = (0..5000).map(|_| make(random.unit())).collect();
            let mut expected = rows.clone();
            expected.sort_unstable_by(f64::total_cmp);
            sort_by_number(&mut rows, |row| *row);
            assert_eq!(rows, expected);
        };
        check(&mut |uniform| uniform);
        check(&mut |uniform| uniform.powi(40));
        check(&mut |uniform| (uniform * 3.0).floor());
        check(&mut |uniform| (uniform - 0.5) * f64::MAX * 1.9);
        check(&mut |uniform| if uniform < 0.5 { -1e300 } else { uniform });
        check(&mut |_| 7.0);
        check(&mut |uniform| 1.0 + (uniform * 4.0).floor() * f64::EPSILON);
    }

    #[test]
    fn rows_keep_what_they_carry() {
        let mut rows: Vec<(f64, u32)> = (0..3000).map(|row| (f64::from(row * 7919 % 3000), row)).collect();
        sort_by_number(&mut rows, |row| row.0);
        assert!(
            rows.iter()
                .zip(0..)
                .all(|((score, row), place)| *score == f64::from(place) && row * 7919 % 3000 == place)
        );
        sort_by_number(&mut Vec::<f64>::new(), |row| *row);
    }
}
