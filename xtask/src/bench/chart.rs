//! Charts as SVG, written without another program.

use std::fmt::Write as _;

use super::growth::Growth;
use super::programs::Program;
use super::statistics::Spread;

const WIDTH: f64 = 720.0;
const BAR: f64 = 26.0;
/// Space for the names of bars, and for the axis of lines.
const LEFT: f64 = 230.0;
const OURS: &str = "#2f6fde";
const OTHERS: &str = "#9aa4b2";

fn open(height: f64, title: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n\
         <text x=\"12\" y=\"20\" font-size=\"14\" font-weight=\"bold\">{title}</text>\n"
    )
}

/// Bars of ratios, the shortest first.
pub(crate) fn bars(title: &str, bars: &[(Program, f64)]) -> String {
    let mut bars = bars.to_vec();
    bars.sort_by(|(_, a), (_, b)| a.total_cmp(b));
    let most = bars.last().map_or(1.0, |(_, value)| *value);
    let mut svg = open(40.0 + BAR * f64::from(u32::try_from(bars.len()).unwrap_or(0)), title);
    let mut y = 34.0;
    for (program, value) in bars {
        let colour = if program == Program::Coze { OURS } else { OTHERS };
        // Ratios of 1 and of 30 must both be visible.
        let width = ((1.0 + value).ln() / (1.0 + most).ln() * (WIDTH - LEFT - 70.0)).max(1.0);
        let _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>\n\
             <rect x=\"{LEFT}\" y=\"{y}\" width=\"{width:.1}\" height=\"18\" fill=\"{colour}\"/>\n\
             <text x=\"{:.1}\" y=\"{}\">{value:.2}</text>",
            LEFT - 8.0,
            y + 13.0,
            program.title(),
            LEFT + width + 6.0,
            y + 13.0,
        );
        y += BAR;
    }
    svg + "</svg>\n"
}

/// Cost by count, both logarithmic, each series relative to its own last value.
pub(crate) fn lines(growth: &Growth) -> String {
    const TOP: f64 = 44.0;
    const HEIGHT: f64 = 200.0;
    const START: f64 = 70.0;
    let series: Vec<(Program, Vec<(f64, f64)>)> = growth
        .series
        .iter()
        .filter_map(|(program, points)| {
            let medians = points.iter().filter_map(|(x, figures)| {
                Some((*x, Spread::of(figures.iter().copied().filter(|figure| figure.is_finite()))?.median))
            });
            let (_, last) = medians.clone().next_back()?;
            Some((*program, medians.map(|(x, y)| (x.log10(), (y / last).log10())).collect()))
        })
        .collect();
    let all = || series.iter().flat_map(|(_, points)| points);
    let least = |values: &mut dyn Iterator<Item = f64>| values.fold(f64::INFINITY, f64::min);
    let most = |values: &mut dyn Iterator<Item = f64>| values.fold(f64::NEG_INFINITY, f64::max);
    let (left, right) = (least(&mut all().map(|point| point.0)), most(&mut all().map(|point| point.0)));
    let bottom = least(&mut all().map(|point| point.1)).min(0.0).floor();
    let top = most(&mut all().map(|point| point.1)).max(0.3).ceil();
    let x = |value: f64| START + (value - left) / (right - left).max(0.1) * (WIDTH - START - 40.0);
    let y = |value: f64| TOP + (top - value) / (top - bottom) * HEIGHT;

    let mut svg = open(TOP + HEIGHT + 60.0, growth.title);
    let mut mark = bottom;
    while mark <= top {
        let (height, label) = (y(mark), 10f64.powf(mark));
        let _ = writeln!(
            svg,
            "<line x1=\"{START}\" x2=\"{}\" y1=\"{height:.1}\" y2=\"{height:.1}\" stroke=\"#dddddd\"/>\n\
             <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{label} x</text>",
            WIDTH - 40.0,
            START - 6.0,
            height + 4.0
        );
        mark += 1.0;
    }
    for (place, (program, points)) in (0_u8..).zip(&series) {
        let colour = if *program == Program::Coze { OURS } else { OTHERS };
        let path: Vec<_> =
            points.iter().map(|point| format!("{:.1},{:.1}", x(point.0), y(point.1))).collect();
        let _ = writeln!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>\n\
             <text x=\"{}\" y=\"36\" fill=\"{colour}\">{}</text>",
            path.join(" "),
            START + f64::from(place) * 200.0,
            program.title()
        );
        for (point, _) in points.iter().zip(0..).filter(|_| place == 0) {
            let _ = writeln!(
                svg,
                "<text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
                x(point.0),
                TOP + HEIGHT + 18.0,
                short(10f64.powf(point.0))
            );
        }
    }
    let _ = writeln!(
        svg,
        "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
        f64::midpoint(START, WIDTH),
        TOP + HEIGHT + 40.0,
        growth.axis
    );
    svg + "</svg>\n"
}

/// A count in short form: `1.1 K`.
fn short(count: f64) -> String {
    let unit = [(1e9, " G"), (1e6, " M"), (1e3, " K")].into_iter().find(|(size, _)| count >= *size * 0.999);
    let (size, name) = unit.unwrap_or((1.0, ""));
    let value = count / size;
    if value < 9.95 && (value - value.round()).abs() > 0.05 {
        format!("{value:.1}{name}")
    } else {
        format!("{value:.0}{name}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_short() {
        for (count, text) in [(1.0, "1"), (1096.0, "1.1 K"), (100_000.0, "100 K"), (1.096e9, "1.1 G")] {
            assert_eq!(short(count), text);
        }
    }

    #[test]
    fn every_bar_is_drawn_once() {
        let svg = bars("a", &[(Program::Coze, 1.0), (Program::Python, 30.0)]);
        assert_eq!(svg.matches("<rect x=").count(), 2);
        assert!(svg.find("coze").unwrap() < svg.find("cozepy").unwrap() && svg.contains("30.00"), "{svg}");
    }
}
