//! An exact fraction, 0 or more, in lowest terms. It is rounded only where it is printed.

use std::{cmp::Ordering, fmt};

/// Why no sum or product here leaves its type: counts of tickets stay below 2^40.
const FITS: &str = "counts of tickets are far below what fits";

/// Digits behind the point of a weight, and the largest part of one.
const PART_MAX: u128 = 10_000;

/// `num` over `den`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fraction {
    num: u128,
    den: u128,
}

impl Fraction {
    pub const ZERO: Self = Self { num: 0, den: 1 };
    pub const ONE: Self = Self { num: 1, den: 1 };

    /// `None` where the denominator is 0.
    pub fn new(num: u128, den: u128) -> Option<Self> {
        (den > 0).then(|| {
            let shared = divisor(num, den);
            Self { num: num / shared, den: den / shared }
        })
    }

    /// A whole number.
    pub fn whole(number: u64) -> Self {
        Self { num: u128::from(number), den: 1 }
    }

    /// Reads `1`, `0.6` or `1/2`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = |text: &str| -> Option<u128> {
            let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse().ok().filter(|number| is_number && *number <= PART_MAX)
        };
        if let Some((num, den)) = text.split_once('/') {
            return Self::new(digits(num)?, digits(den)?);
        }
        let Some((before, after)) = text.split_once('.') else {
            return Self::new(digits(text)?, 1);
        };
        let scale = 10_u128.checked_pow(u32::try_from(after.len()).ok()?)?;
        if scale > PART_MAX {
            return None;
        }
        Self::new(digits(before)?.checked_mul(scale)? + digits(after)?, scale)
    }

    pub fn plus(self, other: Self) -> Self {
        if self.den == 1 && other.den == 1 {
            return Self { num: self.num + other.num, den: 1 };
        }
        let left = self.num.checked_mul(other.den);
        let right = other.num.checked_mul(self.den);
        let num = left.zip(right).and_then(|(left, right)| left.checked_add(right));
        let den = self.den.checked_mul(other.den).expect(FITS);
        Self::new(num.expect(FITS), den).expect("two denominators above 0 have a product above 0")
    }

    pub fn times(self, other: Self) -> Self {
        let num = self.num.checked_mul(other.num).expect(FITS);
        let den = self.den.checked_mul(other.den).expect(FITS);
        Self::new(num, den).expect("two denominators above 0 have a product above 0")
    }

    /// `None` where `number` is 0.
    pub fn over(self, number: u64) -> Option<Self> {
        Self::new(self.num, self.den.checked_mul(u128::from(number)).expect(FITS))
    }

    /// `8.5` where two decimals say it exactly, else `(1/3)`.
    pub fn short(self) -> String {
        match self.den {
            1 => self.num.to_string(),
            den if 100 % den == 0 => self.rounded().trim_end_matches('0').to_owned(),
            _ => format!("({self})"),
        }
    }

    /// Rounded half up to two decimals: `85.71`.
    pub fn rounded(self) -> String {
        let hundredths = (self.num % self.den).checked_mul(200).expect(FITS) + self.den;
        let hundredths = self.num / self.den * 100 + hundredths / (self.den * 2);
        format!("{}.{:02}", hundredths / 100, hundredths % 100)
    }

    /// As hundredths of one, rounded half up to two decimals.
    pub fn percent(self) -> String {
        self.times(Self::whole(100)).rounded()
    }
}

/// By whole parts, then by what is left, upside down: no product that could be too large.
impl Ord for Fraction {
    fn cmp(&self, other: &Self) -> Ordering {
        let (mut one, mut two) = ((self.num, self.den), (other.num, other.den));
        loop {
            let whole = (one.0 / one.1).cmp(&(two.0 / two.1));
            let (left, right) = (one.0 % one.1, two.0 % two.1);
            if whole.is_ne() || left == 0 || right == 0 {
                return whole.then(left.cmp(&0).cmp(&right.cmp(&0)));
            }
            // left/a < right/b exactly where b/right < a/left.
            (one, two) = ((two.1, right), (one.1, left));
        }
    }
}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.den == 1 {
            write!(f, "{}", self.num)
        } else {
            write!(f, "{}/{}", self.num, self.den)
        }
    }
}

fn divisor(mut one: u128, mut two: u128) -> u128 {
    while two > 0 {
        (one, two) = (two, one % two);
    }
    one
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fraction(text: &str) -> Fraction {
        Fraction::parse(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn fractions_are_read_and_printed() {
        #[rustfmt::skip]
        let table = [
            ("1",     "1",        "1.00",  "1"),
            ("0.6",   "3/5",      "0.60",  "0.6"),
            ("17/2",  "17/2",     "8.50",  "8.5"),
            ("2/4",   "1/2",      "0.50",  "0.5"),
            ("1/3",   "1/3",      "0.33",  "(1/3)"),
            ("2/3",   "2/3",      "0.67",  "(2/3)"),
            ("1/200", "1/200",    "0.01",  "(1/200)"), // half a hundredth goes up
            ("1/201", "1/201",    "0.00",  "(1/201)"),
            ("0",     "0",        "0.00",  "0"),
            ("99.99", "9999/100", "99.99", "99.99"),
            ("10",    "10",       "10.00", "10"),
        ];
        for (text, shown, rounded, short) in table {
            let read = fraction(text);
            assert_eq!((read.to_string().as_str(), read.rounded().as_str()), (shown, rounded));
            assert_eq!(read.short(), short, "{text}");
        }
        for wrong in ["", "x", "-1", "1/0", "1/", "/2", "1.", ".5", "+1", "1e3", "0.00001", "10001"]
        {
            assert_eq!(Fraction::parse(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn order_is_that_of_cross_products(a in 0..500_u128, b in 1..500_u128, c in 0..500_u128, d in 1..500_u128) {
            let (one, two) = (Fraction::new(a, b).expect("b > 0"), Fraction::new(c, d).expect("d > 0"));
            prop_assert_eq!(one.cmp(&two), (a * d).cmp(&(c * b)));
            prop_assert_eq!(one.plus(two), Fraction::new(a * d + c * b, b * d).expect("above 0"));
        }

        #[test]
        fn printed_is_within_half_a_hundredth(num in 0..10_000_u128, den in 1..10_000_u128) {
            let shown = Fraction::new(num, den).expect("den > 0").rounded();
            let shown: u128 = shown.replace('.', "").parse().expect("digits");
            // |shown/100 - num/den| <= 1/200, and the upper half is taken
            prop_assert!(shown * den * 2 <= num * 200 + den && num * 200 < shown * den * 2 + den);
        }
    }
}
