//! How one promise differs for some tickets: another span, another ladder, other steps.
//!
//! Of the variants that take a ticket and say something about what is asked, the one with
//! the most matched keys wins, then the order of the file; where none does, the rule itself
//! holds. The stop events stay those of the rule.
//!
//! Invariant: `the_variant_with_the_most_keys_wins`.

use super::{
    attributes::Attributes,
    policy::{ClockRule, Selector},
    span::Span,
};

/// What a clock rule says of some tickets.
#[derive(Clone, Debug, Default)]
pub struct Variant {
    pub select: Selector,
    pub span: Option<Span>,
    /// Index into `PolicySet::ladders`.
    pub ladder: Option<usize>,
    /// Steps left out, in place of the rule's own.
    pub skip: Option<Vec<String>>,
}

impl ClockRule {
    /// How long the clock runs for a ticket with these attributes.
    pub fn span_for(&self, attributes: &Attributes) -> Option<Span> {
        self.of_variant(attributes, |variant| variant.span).or(self.span)
    }

    /// The ladder the clock climbs for such a ticket.
    pub fn ladder_for(&self, attributes: &Attributes) -> Option<usize> {
        self.of_variant(attributes, |variant| variant.ladder).or(self.ladder)
    }

    /// The steps the clock leaves out for such a ticket.
    pub fn skip_for(&self, attributes: &Attributes) -> &[String] {
        self.of_variant(attributes, |variant| variant.skip.as_deref()).unwrap_or(&self.skip)
    }

    fn of_variant<'a, T>(
        &'a self,
        attributes: &Attributes,
        says: impl Fn(&'a Variant) -> Option<T>,
    ) -> Option<T> {
        let mut best: Option<(usize, T)> = None;
        for variant in &self.variants {
            let keys = variant.select.keys.len();
            if best.as_ref().is_some_and(|(most, _)| keys <= *most) {
                continue;
            }
            if let Some(said) = says(variant)
                && variant.select.takes(attributes)
            {
                best = Some((keys, said));
            }
        }
        best.map(|(_, said)| said)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::core::{event::Kind, policy::AskMode};

    fn rule(variants: Vec<Variant>) -> ClockRule {
        ClockRule {
            name: "resolve".to_owned(),
            span: Some(Span::WorkDays(5)),
            ladder: Some(0),
            start: vec![Kind::Dispatched],
            again: false,
            stop: vec![Kind::Resolved],
            skip: vec!["due-2wd".to_owned()],
            roll: None,
            recur_until: None,
            variants,
            per_unit: false,
            units_from: String::new(),
            margin: None,
            owner: None,
            ask_mode: AskMode::None,
            coverage: None,
            due_from: None,
            on_due: None,
        }
    }

    fn variant(select: &[(&str, &str)], span: Option<u32>, ladder: Option<usize>) -> Variant {
        let keys = select.iter().map(|(key, value)| ((*key).to_owned(), vec![(*value).to_owned()]));
        let select = Selector { keys: keys.collect::<BTreeMap<_, _>>() };
        Variant { select, span: span.map(Span::WorkDays), ladder, skip: None }
    }

    /// Name, what the ticket has, days, ladder.
    type Row = (&'static str, &'static [(&'static str, &'static str)], u32, usize);

    #[test]
    fn the_variant_with_the_most_keys_wins() {
        let rule = rule(vec![
            variant(&[("grade", "疑难")], Some(15), Some(2)),
            variant(&[("category", "咨询")], Some(2), None),
            variant(&[("category", "咨询"), ("grade", "疑难")], Some(3), None),
            variant(&[("category", "咨询")], Some(9), Some(1)),
        ]);
        #[rustfmt::skip]
        let table: [Row; 5] = [
            ("none takes it",              &[("grade", "一般")],                           5, 0),
            ("one says both",              &[("grade", "疑难")],                          15, 2),
            ("the first of equal ones",    &[("category", "咨询")],                        2, 1),
            ("the one with more keys",     &[("category", "咨询"), ("grade", "疑难")],      3, 2),
            ("a path below counts",        &[("category", "咨询/社保")],                    2, 1),
        ];
        for (name, has, days, ladder) in table {
            let mut attributes = Attributes::default();
            for (key, value) in has {
                attributes.put(key, value, &["grade".to_owned()].into());
            }
            assert_eq!(rule.span_for(&attributes), Some(Span::WorkDays(days)), "{name}");
            assert_eq!(rule.ladder_for(&attributes), Some(ladder), "{name}");
            assert_eq!(rule.skip_for(&attributes), ["due-2wd"], "{name}");
        }
    }
}
