use super::*;

const LIMITS: JobLimits = JobLimits {
    seconds: 60,
    entries: 6,
    operations: 12,
    cpu_millis: 2_000,
    memory_mib: 512,
    network: false,
};

fn order(work: JobWork) -> JobOrder {
    JobOrder {
        device: [1; 32],
        booking: [2; 32],
        nonce: [3; 16],
        seconds: 60,
        work,
    }
}

fn product(rows: u32, inner: u32, columns: u32) -> ProductJob {
    ProductJob {
        rows,
        inner,
        columns,
        left: vec![1; (rows * inner) as usize],
        right: vec![1; (inner * columns) as usize],
    }
}

fn container() -> ContainerJob {
    ContainerJob {
        image: format!("registry.example:5000/a/b_c@sha256:{}", "0f".repeat(32)),
        command: vec!["run".to_owned(); MAX_COMMAND_WORDS],
        cpu_millis: 2_000,
        memory_mib: 512,
        gpus: true,
        network: false,
    }
}

#[test]
fn orders_within_limits_are_taken_and_each_limit_is_inclusive() {
    assert_eq!(
        order(JobWork::Product(product(2, 3, 2))).check(&LIMITS),
        Ok(())
    );
    assert_eq!(
        order(JobWork::Container(container())).check(&LIMITS),
        Ok(())
    );
    for seconds in [0, 61] {
        let mut late = order(JobWork::Product(product(1, 1, 1)));
        late.seconds = seconds;
        assert_eq!(late.check(&LIMITS), Err(OrderError::Seconds(60)));
    }
}

#[test]
fn products_have_their_shape_and_size() {
    let check = |product| order(JobWork::Product(product)).check(&LIMITS);
    assert_eq!(check(product(7, 1, 1)), Err(OrderError::ProductTooLarge));
    assert_eq!(check(product(1, 7, 1)), Err(OrderError::ProductTooLarge));
    assert_eq!(check(product(3, 1, 3)), Err(OrderError::ProductTooLarge));
    assert_eq!(check(product(3, 2, 3)), Err(OrderError::ProductTooLarge));
    for shape in [(0, 1, 1), (1, 0, 1), (1, 1, 0)] {
        assert_eq!(
            check(product(shape.0, shape.1, shape.2)),
            Err(OrderError::Shape)
        );
    }
    let mut short = product(2, 2, 2);
    short.right.pop();
    assert_eq!(check(short), Err(OrderError::Shape));
    let endless = ProductJob {
        rows: u32::MAX,
        inner: u32::MAX,
        columns: u32::MAX,
        left: vec![],
        right: vec![],
    };
    assert_eq!(check(endless), Err(OrderError::Shape));
}

#[test]
fn containers_are_named_by_digest_and_bounded() {
    let check = |change: fn(&mut ContainerJob)| {
        let mut job = container();
        change(&mut job);
        order(JobWork::Container(job)).check(&LIMITS)
    };
    let images: [fn(&mut ContainerJob); 7] = [
        |job| job.image = "ubuntu:24.04".to_owned(),
        |job| job.image.insert(0, '-'),
        |job| job.image.insert(3, ' '),
        |job| job.image.make_ascii_uppercase(),
        |job| job.image.truncate(job.image.len() - 1),
        |job| job.image.push('0'),
        |job| job.image = format!("@sha256:{}", "0f".repeat(32)),
    ];
    for change in images {
        assert_eq!(check(change), Err(OrderError::Image));
    }
    assert_eq!(
        check(|job| job.command.push(String::new())),
        Err(OrderError::Command)
    );
    assert_eq!(
        check(|job| job.command[0] = "a\0".to_owned()),
        Err(OrderError::Command)
    );
    assert_eq!(
        check(|job| job.command[0] = "x".repeat(MAX_WORD_BYTES + 1)),
        Err(OrderError::Command)
    );
    assert_eq!(check(|job| job.cpu_millis = 0), Err(OrderError::Cpu(2_000)));
    assert_eq!(
        check(|job| job.cpu_millis += 1),
        Err(OrderError::Cpu(2_000))
    );
    assert_eq!(
        check(|job| job.memory_mib = 5),
        Err(OrderError::Memory(512))
    );
    assert_eq!(
        check(|job| job.memory_mib += 1),
        Err(OrderError::Memory(512))
    );
    assert_eq!(check(|job| job.network = true), Err(OrderError::Network));
}

#[test]
fn result_is_bound_to_order_and_device() {
    let key = SigningKey::from_bytes(&[7; 32]);
    let signed = SignedJobResult::new(
        &key,
        JobResult {
            order: order(JobWork::Product(product(1, 1, 1))).id(),
            outcome: JobOutcome::Completed,
            started_at: 1,
            ended_at: 2,
            output: JobOutput::Product(vec![1]),
        },
    );
    assert!(signed.is_signed());
    let changes: [fn(&mut SignedJobResult); 4] = [
        |signed| signed.result.order[0] ^= 1,
        |signed| signed.result.output = JobOutput::Product(vec![2]),
        |signed| signed.device_key = SigningKey::from_bytes(&[8; 32]).verifying_key().to_bytes(),
        |signed| signed.signature[0] ^= 1,
    ];
    for change in changes {
        let mut other = signed.clone();
        change(&mut other);
        assert!(!other.is_signed());
    }
}
