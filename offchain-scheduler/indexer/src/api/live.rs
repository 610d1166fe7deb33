//! Events as they come, as server-sent events.

use std::{collections::VecDeque, convert::Infallible, time::Duration};

use axum::{
    extract::{RawQuery, State},
    http::HeaderMap,
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures::{Stream, stream};
use tokio::sync::OwnedSemaphorePermit;

use super::{Api, ApiError, list::event_json, query, readers::Cells};
use crate::project::Field;

/// Rows that are read at a time.
const PAGE: i64 = 200;
/// Longest pause between two looks, for rows that another process wrote.
const LOOK: Duration = Duration::from_secs(1);

struct Reader {
    api: Api,
    after: i64,
    program: Option<String>,
    waiting: VecDeque<(i64, String, String)>,
    _place: OwnedSemaphorePermit,
}

/// `GET /v1/live`: every event after `after` (or the header `Last-Event-ID`), else from now on; of one
/// program with `program`.
pub(super) async fn live(
    State(api): State<Api>,
    headers: HeaderMap,
    RawQuery(text): RawQuery,
) -> Response {
    match open(api, &headers, text).await {
        Ok(events) => Sse::new(events)
            .keep_alive(KeepAlive::default())
            .into_response(),
        Err(error) => error.into_response(),
    }
}

async fn open(
    api: Api,
    headers: &HeaderMap,
    text: Option<String>,
) -> Result<impl Stream<Item = Result<Event, Infallible>> + use<>, ApiError> {
    let mut after = headers
        .get("last-event-id")
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse().ok());
    let mut program = None;
    for (name, value) in query::pairs(text.as_deref())? {
        match name.as_str() {
            "after" => {
                let number = value
                    .parse()
                    .map_err(|_| ApiError::BadRequest("after: the id of an event".to_owned()))?;
                after = after.or(Some(number));
            }
            "program" => program = Some(value),
            other => return Err(ApiError::BadRequest(format!("{other}: no such parameter"))),
        }
    }
    let place = api
        .live
        .clone()
        .try_acquire_owned()
        .map_err(|_| ApiError::Busy)?;
    let after = match after {
        Some(after) => after,
        None => {
            let newest = "SELECT COALESCE(MAX(ordinal), 0) FROM events".to_owned();
            api.readers
                .one(newest, Vec::new(), |row| row.number(0))
                .await?
        }
    };
    let reader = Reader {
        api,
        after,
        program,
        waiting: VecDeque::new(),
        _place: place,
    };
    Ok(stream::unfold(reader, |mut reader| async move {
        let (id, name, body) = reader.next().await?;
        let event = Event::default().id(id.to_string()).event(name).data(body);
        Some((Ok(event), reader))
    }))
}

impl Reader {
    /// The next event; `None` when the process ends.
    async fn next(&mut self) -> Option<(i64, String, String)> {
        let mut progress = self.api.index.progress();
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some(event);
            }
            if self.api.shutdown.is_requested() {
                return None;
            }
            if let Err(error) = self.fill().await {
                tracing::warn!(error = %error, "live rows wait for the database");
            }
            if self.waiting.is_empty() {
                tokio::select! {
                    _ = progress.changed() => {}
                    () = tokio::time::sleep(LOOK) => {}
                    () = self.api.shutdown.requested() => return None,
                }
            }
        }
    }

    async fn fill(&mut self) -> Result<(), ApiError> {
        let object = event_json(self.api.engine());
        let narrowed = match self.program {
            None => "",
            Some(_) => " AND program = $3",
        };
        let sql = format!(
            "SELECT ordinal, name, CAST({object} AS TEXT) FROM events WHERE ordinal > $1{narrowed} \
             ORDER BY ordinal LIMIT $2"
        );
        let mut values = vec![Field::Number(self.after), Field::Number(PAGE)];
        values.extend(self.program.clone().map(Field::Text));
        let read = |row: &dyn Cells| Ok((row.number(0)?, row.text(1)?, row.text(2)?));
        for event in self.api.readers.all(sql, values, read).await? {
            self.after = event.0;
            self.waiting.push_back(event);
        }
        Ok(())
    }
}
