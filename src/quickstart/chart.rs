//! A bar chart, drawn on the server: no script, no inline style.

use connect_core::usage::Decimal;
use leptos::prelude::*;

/// Size of the drawing, in its own units.
const WIDTH: f64 = 480.0;
const HEIGHT: f64 = 130.0;

/// A day or an hour.
pub(super) struct Bar {
    /// Local day or hour.
    pub(super) label: String,
    /// To the customer; drawn upwards.
    pub(super) usage: Decimal,
    /// From the customer; drawn downwards.
    pub(super) received: Decimal,
}

/// The chart; what it shows is said in its name, and every bar by itself has its figures.
pub(super) fn chart(bars: &[Bar], what: &str, by: &str, unit: &str) -> impl IntoView + use<> {
    let top = bars.iter().map(|bar| height(bar.usage)).fold(0.0, f64::max);
    let bottom = bars.iter().map(|bar| height(bar.received)).fold(0.0, f64::max);
    let scale = HEIGHT / (top + bottom).max(f64::MIN_POSITIVE);
    let zero = top * scale;
    let step = WIDTH / bars.len().max(1) as f64;
    let rects = bars
        .iter()
        .enumerate()
        .map(|(i, bar)| {
            let x = i as f64 * step + step * 0.1;
            let (up, down) = (height(bar.usage) * scale, height(bar.received) * scale);
            let back = if down > 0.0 { format!(", {} sent back", shown(bar.received)) } else { String::new() };
            let title = format!("{}: {} {unit}{back}", bar.label, shown(bar.usage));
            view! {
                <g>
                    <title>{title}</title>
                    <rect class="qs-bar" x=number(x) y=number(zero - up) width=number(step * 0.8) height=number(up) />
                    {(down > 0.0)
                        .then(|| {
                            view! { <rect class="qs-back" x=number(x) y=number(zero) width=number(step * 0.8) height=number(down) /> }
                        })}
                </g>
            }
        })
        .collect_view();
    let peak = bars.iter().max_by(|a, b| height(a.usage).total_cmp(&height(b.usage)));
    let peak = peak.map(|bar| format!("{} {unit} at most, {}", shown(bar.usage), bar.label)).unwrap_or_default();
    let (first, last) = (label(bars.first()), label(bars.last()));
    let name = format!("{what} by {by} from {first} to {last}: {peak}");
    view! {
        <p class="qs-label">{peak}</p>
        // The words stand outside, where they keep their size.
        <svg class="qs-chart" viewBox=format!("0 0 {WIDTH} {HEIGHT}") role="img" aria-label=name>
            {rects}
            <line class="qs-zero" x1="0" x2=number(WIDTH) y1=number(zero) y2=number(zero)></line>
        </svg>
        <p class="qs-label qs-axis">
            <span>{first}</span>
            <span>{last}</span>
        </p>
    }
}

fn label(bar: Option<&Bar>) -> String {
    bar.map(|bar| bar.label.clone()).unwrap_or_default()
}

fn shown(value: Decimal) -> String {
    value.round(2).to_string()
}

/// A length to draw: the one place where an amount may lose digits.
fn height(value: Decimal) -> f64 {
    (value.units as f64 * 10f64.powi(i32::from(value.exponent))).max(0.0)
}

fn number(value: f64) -> String {
    format!("{value:.1}")
}
