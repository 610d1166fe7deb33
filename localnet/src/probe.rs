//! Asks the port whether it answers, with nothing but a TCP socket.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};

use anyhow::{Result, bail};

const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_millis(20);

/// Returns once `getHealth` answers `ok`; fails at the deadline, or at once when `has_ended`.
pub fn wait_until_healthy(
    rpc: SocketAddr,
    deadline: Duration,
    has_ended: impl Fn() -> bool,
) -> Result<()> {
    let until = Instant::now() + deadline;
    loop {
        if is_healthy(rpc) {
            return Ok(());
        }
        if has_ended() {
            bail!("the chain could not start on {rpc}");
        }
        if Instant::now() >= until {
            bail!(
                "the JSON-RPC port {rpc} gave no answer within {} s",
                deadline.as_secs()
            );
        }
        std::thread::sleep(PAUSE);
    }
}

fn is_healthy(rpc: SocketAddr) -> bool {
    ask(rpc).is_ok_and(|answer| answer.contains(r#""result":"ok""#))
}

fn ask(rpc: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&rpc, ATTEMPT_TIMEOUT)?;
    stream.set_read_timeout(Some(ATTEMPT_TIMEOUT))?;
    let body = r#"{"jsonrpc":"2.0","id":1,"method":"getHealth"}"#;
    write!(
        stream,
        "POST / HTTP/1.1\r\nHost: {rpc}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
