package io.github.exactlyonce.testbed.bench.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exactlyonce.contracts.redis.RedisProcess;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RedisContenderTest {

    private final RedisContender contender = new PublishedJobs(RedisProcess.start(), List.of());

    @AfterEach
    void close() {
        contender.close();
    }

    @Test
    void aRepeatInSomebodyElsesTurnCountsInTheNextOne() {
        contender.forgetEffects();
        done("29");
        assertThat(contender.effects()).hasSize(1);

        done("29");
        contender.forgetEffects();
        done("30");

        assertThat(contender.countEffects()).isEqualTo(2);
        assertThat(contender.effects()).extracting(Effect::jobId).containsExactly("29", "30");
    }

    private void done(String job) {
        contender.redis().xadd(RedisContender.LEDGER, Map.of("id", job));
    }
}
