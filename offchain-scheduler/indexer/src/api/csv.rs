//! Rows as comma-separated values.

use serde_json::{Map, Value};

/// Names of the columns in order.
pub(super) type Columns = Vec<&'static str>;

/// A header and one line per row; absent values are empty, nested ones JSON.
pub(super) fn csv(columns: &Columns, rows: &str) -> String {
    let rows: Vec<Map<String, Value>> = serde_json::from_str(rows).unwrap_or_default();
    let mut text = columns.join(",");
    text.push_str("\r\n");
    for row in rows {
        let cells: Vec<String> = columns
            .iter()
            .map(|column| match row.get(*column) {
                None | Some(Value::Null) => String::new(),
                Some(Value::String(text)) => quoted(text),
                Some(other) => quoted(&other.to_string()),
            })
            .collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text
}

/// Quoted where needed. A text that a spreadsheet would take for a formula gets a leading apostrophe.
fn quoted(text: &str) -> String {
    let is_formula = text.starts_with(['=', '@', '+'])
        || (text.starts_with('-') && text.parse::<i64>().is_err());
    let text = if is_formula {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_needed_and_formulas_disarmed() {
        let rows = r#"[{"a":"x,y","b":null,"c":-5},{"a":"=1+1","b":"q\"","c":{"d":1}}]"#;
        assert_eq!(
            csv(&vec!["a", "b", "c"], rows),
            "a,b,c\r\n\"x,y\",,-5\r\n'=1+1,\"q\"\"\",\"{\"\"d\"\":1}\"\r\n"
        );
    }
}
