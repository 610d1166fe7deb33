//! A page that needs nothing but a browser.

use std::fmt::Write as _;

use super::{
    chart::{Line, chart},
    rows,
};
use crate::{days::Day, scenario::Scenario, summary::summarize};

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;\
padding:0 1rem;color:#1b1f24;background:#fff}h1{font-size:1.5rem}h2{margin-top:2.5rem;font-size:\
1.2rem}table{border-collapse:collapse;margin:1rem 0}td,th{padding:.25rem .8rem;border-bottom:1px \
solid #d8dee4;text-align:left}td+td{text-align:right;font-variant-numeric:tabular-nums}figure{\
margin:1.5rem 0}figcaption{font-weight:600}svg{width:100%;height:auto}svg text{font-size:11px;fill:\
#57606a}.grid{stroke:#eaeef2}polyline{stroke-width:1.5}.key{font-size:.85rem;color:#57606a;margin:0}\
small{font-weight:400;color:#57606a}";

const BLUE: &str = "#0969da";
const RED: &str = "#cf222e";
const GREEN: &str = "#1a7f37";
const GREY: &str = "#8c959f";

/// One page for any number of runs: the answers of each, then its charts.
pub fn html(runs: &[(&Scenario, &[Day])]) -> String {
    let mut page = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Ion: simulated \
         years</title><meta name=\"viewport\" content=\"width=device-width\"><style>{STYLE}</style>\
         </head><body><h1>Simulated years of the incentive engine</h1><p>Every day is sealed and \
         divided by the rules the programs run. Price, demand and the answer of suppliers are \
         assumptions of each scenario; burns do not move the price.</p>"
    );
    for (scenario, days) in runs {
        section(&mut page, scenario, days);
    }
    page.push_str("</body></html>\n");
    page
}

fn section(page: &mut String, scenario: &Scenario, days: &[Day]) {
    let Some(summary) = summarize(days) else {
        return;
    };
    let _ = write!(
        page,
        "<h2>{}</h2><p>{}. {} days, {} devices, seed {}.</p><table>",
        escape(&scenario.name),
        escape(&scenario.title),
        scenario.days,
        scenario.devices,
        scenario.seed
    );
    for row in rows(&summary) {
        let _ = write!(
            page,
            "<tr><td>{}</td><td>{}</td></tr>",
            row.label, row.value
        );
    }
    page.push_str("</table>");
    let mut sum = 0_u128;
    let burned: Vec<u128> = days
        .iter()
        .map(|day| {
            sum += u128::from(day.burned_io) + u128::from(day.retired_io);
            sum / 1_000_000
        })
        .collect();
    let line = |name, colour, value: &dyn Fn(&Day) -> u128| Line {
        name,
        colour,
        values: days.iter().map(value).collect(),
    };
    let cents = |micros: u64| u128::from(micros) / 10_000;
    let io = |base_units: u64| u128::from(base_units) / 1_000_000;
    let charts = [
        chart(
            "Supplier income",
            "USD a day",
            &[
                line("owed", GREY, &|day| cents(day.owed_usd)),
                line("paid, arrears included", BLUE, &|day| cents(day.paid_usd)),
                line("revenue", GREEN, &|day| cents(day.revenue_usd)),
            ],
            true,
        ),
        chart(
            "Supplier income",
            "IO a day",
            &[
                line("paid", BLUE, &|day| io(day.paid_io)),
                line("emission", GREY, &|day| io(day.emission_io)),
            ],
            true,
        ),
        chart(
            "Fee vault",
            "months of obligations",
            &[line("months", BLUE, &|day| {
                u128::from(day.reserve_usd) * 100 / (u128::from(day.mean_owed_usd) * 30).max(1)
            })],
            true,
        ),
        chart(
            "ψ, capped at 3",
            "revenue over obligations",
            &[
                line("day", GREY, &|day| {
                    u128::from(day.psi_bps.min(30_000)) / 100
                }),
                line("average", RED, &|day| {
                    u128::from(day.ema_bps.min(30_000)) / 100
                }),
            ],
            true,
        ),
        chart(
            "Burned and retired in all",
            "IO",
            &[Line {
                name: "burned and retired",
                colour: RED,
                values: burned,
            }],
            true,
        ),
        chart(
            "Supply",
            "IO",
            &[line("supply", BLUE, &|day| io(day.supply_io))],
            false,
        ),
        chart(
            "Devices online",
            "devices",
            &[line("online", GREEN, &|day| u128::from(day.online) * 100)],
            true,
        ),
        chart(
            "Price of IO",
            "USD",
            &[line("price", GREY, &|day| {
                u128::from(day.price_p12) / 10_000_000_000
            })],
            true,
        ),
    ];
    for chart in charts {
        page.push_str(&chart);
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
