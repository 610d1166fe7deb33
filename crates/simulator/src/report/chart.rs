//! One line chart as inline SVG.

use std::fmt::Write as _;

use super::grouped;

/// Size of the drawing area.
const WIDTH: u128 = 720;
const HEIGHT: u128 = 200;
/// Room for the labels of the axes.
const LEFT: u128 = 96;
const BELOW: u128 = 24;
/// Most points of a line.
const POINTS: usize = 500;

/// A line: its name, colour and a value per day in hundredths of the unit.
pub struct Line {
    /// Name.
    pub name: &'static str,
    /// Colour of the stroke.
    pub colour: &'static str,
    /// Hundredths of the unit, one per day.
    pub values: Vec<u128>,
}

/// A chart over days; the scale runs from the least to the greatest value, from 0 where `from_zero`.
pub fn chart(title: &str, unit: &str, lines: &[Line], from_zero: bool) -> String {
    let all = || lines.iter().flat_map(|line| line.values.iter().copied());
    let top = all().max().unwrap_or(0).max(1);
    let bottom = if from_zero {
        0
    } else {
        all().min().unwrap_or(0).min(top - 1)
    };
    let days = lines
        .iter()
        .map(|line| line.values.len())
        .max()
        .unwrap_or(1);
    let y = |value: u128| HEIGHT - (value.clamp(bottom, top) - bottom) * HEIGHT / (top - bottom);
    let x = |day: usize| LEFT + day as u128 * WIDTH / (days.max(2) as u128 - 1);

    let mut svg = format!(
        "<figure><figcaption>{title} <small>({unit})</small></figcaption>\
         <svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{title}\">",
        LEFT + WIDTH + 8,
        HEIGHT + BELOW + 8
    );
    for step in 0..=4_u128 {
        let value = bottom + (top - bottom) * step / 4;
        let at = y(value) + 4;
        let _ = write!(
            svg,
            "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{}\" y1=\"{at}\" y2=\"{at}\"/>\
             <text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
            LEFT + WIDTH,
            LEFT - 6,
            at + 4,
            label(value)
        );
    }
    for year in 0..=days / 365 {
        let at = x((year * 365).min(days - 1));
        let _ = write!(
            svg,
            "<text x=\"{at}\" y=\"{}\" text-anchor=\"middle\">{year} y</text>",
            HEIGHT + BELOW
        );
    }
    for line in lines {
        let step = line.values.len().div_ceil(POINTS).max(1);
        let _ = write!(
            svg,
            "<polyline fill=\"none\" stroke=\"{}\" points=\"",
            line.colour
        );
        for (day, value) in line.values.iter().enumerate().step_by(step) {
            let _ = write!(svg, "{},{} ", x(day), y(*value) + 4);
        }
        svg.push_str("\"/>");
    }
    svg.push_str("</svg><p class=\"key\">");
    for line in lines {
        let _ = write!(
            svg,
            "<span style=\"color:{}\">&#9632;</span> {} ",
            line.colour, line.name
        );
    }
    svg.push_str("</p></figure>");
    svg
}

/// Hundredths as a short number.
fn label(hundredths: u128) -> String {
    match hundredths {
        0..=9_999 => format!("{}.{:02}", hundredths / 100, hundredths % 100),
        10_000..=999_999_999 => grouped(hundredths / 100),
        _ => format!("{} M", grouped(hundredths / 100_000_000)),
    }
}
