//! Near misses: which known name a wrong one was meant to be.

/// The known name nearest to `wrong`, if it is near enough to be a slip of the fingers.
pub fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    nearest_within((wrong.chars().count() / 3).clamp(1, 3), wrong, known)
}

/// The known name nearest to `wrong`, at most `bound` slips of the fingers away.
pub fn nearest_within<'a>(
    bound: usize,
    wrong: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    known
        .into_iter()
        .filter(|name| *name != wrong)
        .map(|name| (distance(wrong, name), name))
        .filter(|(distance, _)| *distance <= bound)
        .min()
        .map(|(_, name)| name)
}

/// How many letters must be changed, added, dropped or swapped with their neighbour.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut older: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut best = (last[j] + usize::from(x != y)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                best = best.min(older[j - 1] + 1);
            }
            row.push(best);
        }
        older = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_miss_finds_its_name() {
        let known = ["unit_head", "handler", "sms", "email", "签收人"];
        #[rustfmt::skip]
        let table = [
            ("unit_haed", Some("unit_head")),
            ("unit_hed",  Some("unit_head")),
            ("handlr",    Some("handler")),
            ("smss",      Some("sms")),
            ("签收",      Some("签收人")),
            ("janitor",   None),
            ("xx",        None),
            ("sms",       None),
        ];
        for (wrong, want) in table {
            assert_eq!(nearest(wrong, known), want, "{wrong}");
        }
    }
}
