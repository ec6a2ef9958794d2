/// All ascending sets of `size` of the numbers below `of`, in their order.
pub(super) fn sets(of: usize, size: usize) -> impl Iterator<Item = Vec<usize>> {
    let first: Option<Vec<usize>> = (size <= of).then(|| (0..size).collect());
    std::iter::successors(first, move |set| {
        let at = (0..size).rev().find(|at| set[*at] < of - size + at)?;
        let mut next = set.clone();
        next[at] += 1;
        for after in at + 1..size {
            next[after] = next[after - 1] + 1;
        }
        Some(next)
    })
}

#[cfg(test)]
mod tests {
    use super::sets;

    #[test]
    fn all_sets_come_once() {
        assert_eq!(sets(4, 2).collect::<Vec<_>>(), [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]]);
        assert_eq!(sets(3, 3).collect::<Vec<_>>(), [[0, 1, 2]]);
        assert_eq!(sets(2, 3).count(), 0);
        assert_eq!(sets(9, 4).count(), 126);
    }
}
