use hashbrown::HashMap;

use super::code::Coded;
use super::count::{Counted, Moments};
use super::test::{Compared, Test};
use super::{Condition, Slice};

/// A slice as it is reported.
pub(super) fn described(
    counted: &Counted,
    compared: &Compared,
    adjusted_p_value: f64,
    coded: &[Coded],
    test: &Test<'_>,
) -> Slice {
    let conditions: Vec<Condition> = counted
        .key
        .iter()
        .map(|(column, code)| coded[*column as usize].conditions[*code as usize].clone())
        .collect();
    let words: Vec<String> = conditions.iter().map(ToString::to_string).collect();
    let rest = test.all.less(counted.rows);
    let pooled = {
        let squares = |moments: &Moments| {
            if moments.count > 1.0 { moments.variance() * (moments.count - 1.0) } else { 0.0 }
        };
        ((squares(&counted.rows) + squares(&rest)) / (counted.rows.count + rest.count - 2.0)).sqrt()
    };
    let difference_of_rows = counted.rows.mean() - rest.mean();
    let centre = test.losses.centre;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts")]
    Slice {
        description: words.join(" and "),
        conditions,
        rows: counted.rows.count as u64,
        clusters: counted.clusters.as_ref().map(|(within, _)| within.count as u64),
        mean: counted.rows.mean() + centre,
        rest_mean: rest.mean() + centre,
        difference: compared.difference,
        interval: compared.interval,
        effect_size: difference_of_rows / pooled,
        p_value: compared.p_value,
        adjusted_p_value,
    }
}

/// Whether the slice is no worse than with one condition less.
pub(super) fn is_redundant(slice: &Counted, means: &HashMap<&[(u32, u32)], f64>) -> bool {
    (0..slice.key.len()).any(|without| {
        let mut parent = slice.key.clone();
        parent.remove(without);
        means.get(parent.as_slice()).is_some_and(|mean| *mean >= slice.rows.mean())
    })
}
