//! Parameters of a list.

use crate::{
    project::Field,
    schema::{Column, Kind},
};

use super::ApiError;

/// Rows of a page unless told.
pub const PAGE: i64 = 100;
/// Most rows of a page.
pub const MAX_PAGE: i64 = 1_000;

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListQuery {
    /// Rows older than this ordinal.
    pub before: i64,
    /// Rows at most.
    pub limit: i64,
    /// Whether the answer is CSV.
    pub is_csv: bool,
    /// Columns that the list is narrowed by, each once.
    pub filters: Vec<(&'static str, Field)>,
}

/// Name and value of every parameter, percent signs resolved.
pub(super) fn pairs(text: Option<&str>) -> Result<Vec<(String, String)>, ApiError> {
    text.unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode(name)?, decode(value)?))
        })
        .collect()
}

fn decode(text: &str) -> Result<String, ApiError> {
    let broken = || ApiError::BadRequest(format!("{text} is not percent-encoded"));
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let byte = match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next(), rest.next()];
                let [Some(high), Some(low)] = digits else {
                    return Err(broken());
                };
                let text = [high, low];
                let text = std::str::from_utf8(&text).map_err(|_| broken())?;
                u8::from_str_radix(text, 16).map_err(|_| broken())?
            }
            other => other,
        };
        bytes.push(byte);
    }
    String::from_utf8(bytes).map_err(|_| broken())
}

impl ListQuery {
    /// Reads the parameters of a list with these filters.
    ///
    /// Errors: `BadRequest`.
    pub fn read(
        text: Option<&str>,
        filters: &[&'static str],
        column: impl Fn(&str) -> Option<Column>,
    ) -> Result<Self, ApiError> {
        let mut query = Self {
            before: i64::MAX,
            limit: PAGE,
            is_csv: false,
            filters: Vec::new(),
        };
        let bad = |what: String| ApiError::BadRequest(what);
        for (name, value) in pairs(text)? {
            match name.as_str() {
                "limit" => {
                    query.limit = value
                        .parse()
                        .ok()
                        .filter(|limit| (1..=MAX_PAGE).contains(limit))
                        .ok_or_else(|| bad(format!("limit: 1 to {MAX_PAGE}")))?;
                }
                "before" => {
                    query.before = value
                        .parse()
                        .map_err(|_| bad("before: the `next` of the page before".to_owned()))?;
                }
                "format" => {
                    query.is_csv = match value.as_str() {
                        "json" => false,
                        "csv" => true,
                        _ => return Err(bad("format: json or csv".to_owned())),
                    };
                }
                name => {
                    let known = filters
                        .iter()
                        .find(|known| **known == name)
                        .ok_or_else(|| {
                            bad(format!(
                                "{name}: no such parameter; there are limit, before, format, {}",
                                filters.join(", ")
                            ))
                        })?;
                    let column =
                        column(known).ok_or_else(|| bad(format!("{name}: no such column")))?;
                    if query.filters.iter().any(|(given, _)| *given == column.name) {
                        return Err(bad(format!("{name}: given twice")));
                    }
                    query.filters.push((column.name, field(&column, &value)?));
                }
            }
        }
        Ok(query)
    }
}

/// A value as the column keeps it: names of codes, true and false of flags.
pub(super) fn field(column: &Column, value: &str) -> Result<Field, ApiError> {
    let name = column.name;
    if column.kind.is_text() {
        return Ok(Field::Text(value.to_owned()));
    }
    let known = match (column.kind, value) {
        (Kind::Flag, "true") => Some(1),
        (Kind::Flag, "false") => Some(0),
        (Kind::Code(names), value) => names
            .iter()
            .position(|label| *label == value)
            .and_then(|code| i64::try_from(code).ok()),
        _ => None,
    };
    known
        .or_else(|| value.parse().ok())
        .map(Field::Number)
        .ok_or_else(|| match column.kind {
            Kind::Code(names) => {
                ApiError::BadRequest(format!("{name}: one of {}", names.join(", ")))
            }
            _ => ApiError::BadRequest(format!("{name}: a number")),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 2] = [
        Column {
            name: "status",
            kind: Kind::Code(&["pending", "up"]),
        },
        Column {
            name: "owner",
            kind: Kind::Key,
        },
    ];

    fn read(text: &str) -> Result<ListQuery, ApiError> {
        ListQuery::read(Some(text), &["status", "owner"], |name| {
            COLUMNS.into_iter().find(|column| column.name == name)
        })
    }

    #[test]
    fn parameters_are_read_with_names_of_codes() {
        let query = read("limit=7&before=9&format=csv&status=up").unwrap();
        assert_eq!((query.limit, query.before, query.is_csv), (7, 9, true));
        assert_eq!(query.filters, [("status", Field::Number(1))]);
        assert_eq!(read("st%61tus=%75p").unwrap().filters, query.filters);
        let both = read("owner=A&status=pending").unwrap().filters;
        let owner = ("owner", Field::Text("A".to_owned()));
        assert_eq!(both, [owner, ("status", Field::Number(0))]);
        assert_eq!(read("").unwrap().limit, PAGE);
    }

    #[test]
    fn what_is_unknown_or_out_of_range_is_refused() {
        for text in [
            "limit=0",
            "limit=1001",
            "before=x",
            "format=xml",
            "luck=1",
            "status=sideways",
            "status=up&status=pending",
            "status=%7",
            "status=%zz",
        ] {
            assert!(matches!(read(text), Err(ApiError::BadRequest(_))), "{text}");
        }
    }
}
