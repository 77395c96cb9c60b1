package io.github.exactlyonce.inventory.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.exactlyonce.contracts.InvalidInputException;
import io.github.exactlyonce.contracts.JsonInput;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a request means to a kind of work that somebody adds. */
class JobRequestTest {

    @Test
    void aNewKindKeepsTheMessageUnlessItSaysOtherwise() {
        JobRequest request = read(new Emails(), "'delay':'PT5S','message':'welcome'");

        assertThat(request.work().member()).isEqualTo("email 42");
        assertThat(request.work().fields()).isEqualTo(Map.of("message", "welcome"));
        assertThat(read(new Emails(), "'delay':'PT5S'").work().fields()).isEmpty();
    }

    @Test
    void aMessageThatIsNoStringIsRefusedAndNotDropped() {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> read(new Emails(), "'delay':'PT5S','message':5"))
                .withMessage("message must be a string");
    }

    @Test
    void aHandlerCannotOverwriteTheStateOfItsJob() {
        JobHandler careless = new Emails() {
            @Override
            public Work describe(String jobId, JsonInput request) {
                return new Work("email " + jobId, Map.of("status", "open"));
            }
        };

        assertThatIllegalStateException().isThrownBy(() -> read(careless, "'delay':'PT5S'"));
    }

    @Test
    void aHandlerCannotForgetTheJobId() {
        JobHandler careless = new Emails() {
            @Override
            public Work describe(String jobId, JsonInput request) {
                return new Work("email everybody", Map.of());
            }
        };

        assertThatIllegalStateException().isThrownBy(() -> read(careless, "'delay':'PT5S'"));
    }

    private static JobRequest read(JobHandler handler, String field) {
        String json = "{'kind':'email','jobId':'42'," + field + "}";
        byte[] body = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        return JobRequest.read(body, new JobHandlers(List.of(handler)), () -> Instant.EPOCH);
    }

    private static class Emails implements JobHandler.AtLeastOnce {

        @Override
        public String kind() {
            return "email";
        }

        @Override
        public void work(Job job) {}
    }
}
