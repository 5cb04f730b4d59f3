//! Bar charts, drawn on the server. The drawing stretches with the page; the texts around it are
//! HTML, so that they keep their size.

use maud::{Markup, html};

use super::text::thousandths;

/// A bar.
pub(crate) struct Bar {
    /// What it stands for, to be shown with its figures.
    pub(crate) label: String,
    /// Upwards, in thousandths of the unit.
    pub(crate) delivered: i64,
    /// Downwards.
    pub(crate) received: i64,
}

/// A chart.
pub(crate) struct Chart<'a> {
    /// What it shows, in words.
    pub(crate) summary: &'a str,
    pub(crate) unit: &'a str,
    pub(crate) bars: &'a [Bar],
    /// Texts below the bars, from the first to the last.
    pub(crate) ticks: &'a [String],
}

/// Height of the drawing, in its own units.
const HEIGHT: i64 = 1000;
/// Width of a bar with its gap.
const STEP: i64 = 100;
const GAP: i64 = 28;

pub(crate) fn draw(chart: &Chart<'_>) -> Markup {
    let most = |value: fn(&Bar) -> i64| chart.bars.iter().map(value).max().unwrap_or(0).max(0);
    let (up, down) = (most(|bar| bar.delivered), most(|bar| bar.received));
    let both = down > 0;
    let top = round_up(up.max(down));
    // With both directions the line of zero is in the middle.
    let zero = if both { HEIGHT / 2 } else { HEIGHT };
    let height = |value: i64| value.max(0) * zero / top;
    let width = STEP * i64::try_from(chart.bars.len()).unwrap_or(0).max(1);
    let marks: [i64; 3] = if both { [top, 0, top] } else { [top, top / 2, 0] };
    html! {
        figure.chart {
            figcaption {
                span.unit { (chart.unit) }
                @if both {
                    span.key { span.dot.delivered {} "From the grid" }
                    span.key { span.dot.received {} "To the grid" }
                }
            }
            div.plot {
                div.marks aria-hidden="true" { @for mark in marks { span { (short(mark)) } } }
                svg viewBox=(format!("0 0 {width} {HEIGHT}")) preserveAspectRatio="none" role="img" aria-label=(chart.summary) {
                    @for line in [0, HEIGHT / 2, HEIGHT] {
                        line.grid x1="0" x2=(width) y1=(line) y2=(line) vector-effect="non-scaling-stroke" {}
                    }
                    @for (at, bar) in (0..).zip(chart.bars) {
                        g.bar {
                            title { (told(bar, chart.unit, both)) }
                            rect.hit x=(at * STEP) y="0" width=(STEP) height=(HEIGHT) {}
                            rect.delivered x=(at * STEP + GAP / 2) y=(zero - height(bar.delivered)) width=(STEP - GAP) height=(height(bar.delivered)) {}
                            @if both {
                                rect.received x=(at * STEP + GAP / 2) y=(zero) width=(STEP - GAP) height=(height(bar.received)) {}
                            }
                        }
                    }
                }
                div.ticks aria-hidden="true" { @for tick in chart.ticks { span { (tick) } } }
            }
        }
    }
}

fn told(bar: &Bar, unit: &str, both: bool) -> String {
    let Bar { label, delivered, received } = bar;
    if both {
        format!(
            "{label}: {} {unit} from the grid, {} {unit} to the grid",
            thousandths(*delivered),
            thousandths(*received)
        )
    } else {
        format!("{label}: {} {unit}", thousandths(*delivered))
    }
}

/// The next number that is easy to halve and to read: 1.2, 1.6, 2, … times a power of ten.
fn round_up(value: i64) -> i64 {
    let mut tenth = 1_i64;
    while tenth.saturating_mul(100) <= value {
        tenth = tenth.saturating_mul(10);
    }
    let steps = [10, 12, 16, 20, 24, 30, 40, 50, 60, 80, 100].map(|step| tenth.saturating_mul(step));
    steps.into_iter().find(|round| *round >= value).unwrap_or(value).max(10)
}

/// A mark of the scale, without zeros at its end.
fn short(value: i64) -> String {
    let text = thousandths(value);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_are_round() {
        assert_eq!(round_up(73_451), 80_000);
        assert_eq!(round_up(4_932), 5_000);
        assert_eq!(round_up(0), 10);
        assert_eq!(round_up(10_000), 10_000);
        assert_eq!(round_up(113_223), 120_000);
        assert_eq!(round_up(7), 10);
        assert_eq!(short(2_500), "2.5");
        assert_eq!(short(80_000), "80");
    }
}
