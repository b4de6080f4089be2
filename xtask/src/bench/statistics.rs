//! Medians and quartiles.

/// Median and quartiles of the rounds of one figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spread {
    pub(crate) low: f64,
    pub(crate) median: f64,
    pub(crate) high: f64,
}

impl Spread {
    /// Of at least one value.
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<_> = values.into_iter().collect();
        values.sort_unstable_by(f64::total_cmp);
        let last = values.len().checked_sub(1)?;
        let middle = f64::midpoint(values[last / 2], values[last.div_ceil(2)]);
        Some(Self { low: values[last / 4], median: middle, high: values[last - last / 4] })
    }

    /// Of a single value.
    pub(crate) fn exact(value: f64) -> Self {
        Self { low: value, median: value, high: value }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quartiles_lie_around_the_median() {
        let spread = Spread::of([5.0, 1.0, 4.0, 2.0, 3.0]).unwrap();
        assert_eq!(spread, Spread { low: 2.0, median: 3.0, high: 4.0 });
        assert_eq!(Spread::of([2.0, 1.0]), Some(Spread { low: 1.0, median: 1.5, high: 2.0 }));
        assert_eq!(Spread::of([7.0]), Some(Spread::exact(7.0)));
        assert_eq!(Spread::of([]), None);
    }
}
