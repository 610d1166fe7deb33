//! Allocation curves as SVG.

use std::fmt::Write;

const WIDTH: f64 = 460.0;
const HEIGHT: f64 = 300.0;
const LEFT: f64 = 46.0;
const BOTTOM: f64 = 34.0;
const TOP: f64 = 26.0;
const COLOURS: [&str; 6] = [
    "#9aa0a6", "#c58b2a", "#4f7fbf", "#7a5ba8", "#b5443a", "#1f8a4c",
];
/// Shown range of arrived load and of allocation, percent.
const X: (f64, f64) = (70.0, 130.0);
const Y: (f64, f64) = (70.0, 100.0);

/// One panel: a title and a curve per policy, percent allocated by percent arrived.
pub struct Panel {
    /// Shown above.
    pub title: String,
    /// Name and values from 0 %.
    pub curves: Vec<(String, Vec<f64>)>,
}

/// All panels side by side, two in a row.
pub fn svg(panels: &[Panel]) -> String {
    let rows = panels.len().div_ceil(2);
    let mut svg = String::new();
    let _ = write!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" font-family=\"sans-serif\" font-size=\"11\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n",
        WIDTH * 2.0,
        HEIGHT * rows as f64
    );
    for (number, panel) in panels.iter().enumerate() {
        let _ = writeln!(
            svg,
            "<g transform=\"translate({} {})\">",
            WIDTH * (number % 2) as f64,
            HEIGHT * (number / 2) as f64
        );
        draw(&mut svg, panel);
        svg.push_str("</g>\n");
    }
    svg.push_str("</svg>\n");
    svg
}

fn x(percent: f64) -> f64 {
    LEFT + (percent - X.0) / (X.1 - X.0) * (WIDTH - LEFT - 90.0)
}

fn y(percent: f64) -> f64 {
    HEIGHT - BOTTOM - (percent - Y.0) / (Y.1 - Y.0) * (HEIGHT - BOTTOM - TOP)
}

fn draw(svg: &mut String, panel: &Panel) {
    let _ = writeln!(
        svg,
        "<text x=\"{LEFT}\" y=\"16\" font-weight=\"bold\">{}</text>",
        panel.title
    );
    for step in 0..=6 {
        let percent = Y.0 + f64::from(step) * 5.0;
        let _ = writeln!(
            svg,
            "<line x1=\"{}\" x2=\"{}\" y1=\"{2:.1}\" y2=\"{2:.1}\" stroke=\"#e3e3e3\"/><text x=\"{3}\" y=\"{4:.1}\" text-anchor=\"end\">{percent}</text>",
            x(X.0),
            x(X.1),
            y(percent),
            LEFT - 6.0,
            y(percent) + 4.0
        );
        let arrived = X.0 + f64::from(step) * 10.0;
        let _ = writeln!(
            svg,
            "<text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">{arrived}</text>",
            x(arrived),
            HEIGHT - BOTTOM + 14.0
        );
    }
    let _ = writeln!(
        svg,
        "<text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">arrived load, % of all processors</text>",
        x((X.0 + X.1) / 2.0),
        HEIGHT - 6.0
    );
    for (number, (name, values)) in panel.curves.iter().enumerate() {
        let colour = COLOURS[number % COLOURS.len()];
        let points: Vec<String> = values
            .iter()
            .enumerate()
            .filter(|(arrived, _)| *arrived as f64 >= X.0 && *arrived as f64 <= X.1)
            .map(|(arrived, value)| format!("{:.1},{:.1}", x(arrived as f64), y(*value)))
            .collect();
        let _ = writeln!(
            svg,
            "<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.6\" points=\"{}\"/>",
            points.join(" ")
        );
        let _ = writeln!(
            svg,
            "<text x=\"{:.1}\" y=\"{}\" fill=\"{colour}\">{name}</text>",
            x(X.1) + 8.0,
            TOP + 14.0 * number as f64 + 10.0
        );
    }
}
