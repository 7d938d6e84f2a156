//! Sending what terminals have signed, in order, until the server has it.

use std::collections::VecDeque;

use presence::event::{Answer, Batch, Envelope, MAX_BATCH, Reply};
use reqwest::Client;
use tokio::task::JoinSet;

use crate::pages::Away;

/// Terminals that send at the same time.
const SENDERS: usize = 16;

/// What a terminal has signed and the server has not acknowledged.
#[derive(Default)]
pub(crate) struct Queue {
    pub waiting: VecDeque<Envelope>,
    /// Why it has stopped for good.
    pub stopped: Option<Answer>,
}

impl Queue {
    /// Removes what the server has answered; stops where the protocol says so.
    fn settle(&mut self, reply: &Reply) {
        for answered in &reply.answers {
            match answered.answer {
                Answer::Recorded | Answer::Duplicate | Answer::Unreadable => {
                    self.waiting.pop_front();
                }
                stop => {
                    self.stopped = Some(stop);
                    return;
                }
            }
        }
    }
}

/// Sends one batch of each queue named in `ready`. What the server does not acknowledge stays.
pub(crate) async fn send(
    http: &Client,
    base_url: &str,
    queues: &mut [Queue],
    ready: &[(usize, String)],
) -> Result<(), Away> {
    let mut trouble = None;
    for group in ready.chunks(SENDERS) {
        let mut sending = JoinSet::new();
        for (index, device) in group {
            let events = queues[*index].waiting.iter().take(MAX_BATCH).cloned().collect();
            let request = http
                .post(format!("{base_url}/api/v1/terminals/{device}/events"))
                .json(&Batch { events });
            let index = *index;
            sending.spawn(async move { (index, post(request).await) });
        }
        for (index, result) in sending.join_all().await {
            match result {
                Ok(reply) => queues[index].settle(&reply),
                Err(away) => trouble = Some(away),
            }
        }
        if trouble.is_some() {
            break;
        }
    }
    trouble.map_or(Ok(()), Err)
}

async fn post(request: reqwest::RequestBuilder) -> Result<Reply, Away> {
    let answer = request.send().await?;
    match Away::of(answer.status()) {
        Some(away) => Err(away),
        None => Ok(answer.error_for_status()?.json().await?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(events: u8) -> Queue {
        let envelope = |n| Envelope { bytes: vec![n], sig: Vec::new() };
        Queue { waiting: (0..events).map(envelope).collect(), stopped: None }
    }

    fn reply(answers: &[Answer]) -> Reply {
        let answers = answers.iter().map(|answer| (*answer).into()).collect();
        Reply { answers, server_time_ms: 0, city_offset_ms: 0 }
    }

    #[test]
    fn acknowledged_events_leave_the_queue_and_a_refusal_stops_it() {
        let mut sent = queue(4);
        sent.settle(&reply(&[Answer::Recorded, Answer::Duplicate]));
        assert_eq!((sent.waiting.len(), sent.stopped), (2, None));
        sent.settle(&reply(&[Answer::Revoked, Answer::Revoked]));
        assert_eq!((sent.waiting.len(), sent.stopped), (2, Some(Answer::Revoked)));
    }
}
