package io.github.exactlyonce.inventory.deadletters;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exactlyonce.inventory.WithRedis;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class DeadLettersHttpTest extends WithRedis {

    @Autowired
    private DeadLetters deadLetters;

    @Test
    void noneIsAnEmptyPage() {
        assertThat(get("/dead-letters").body()).isEqualTo("{\"deadLetters\":[]}");
    }

    @Test
    void theyComeOldestFirstInPages() {
        List<DeadLetters.Message> three = IntStream.range(0, 3)
                .mapToObj(i -> new DeadLetters.Message("noise " + i, 7, "no order"))
                .toList();
        deadLetters.bury(pipeline, three);

        JsonNode first = page("/dead-letters?limit=2");
        assertThat(first.path("deadLetters").size()).isEqualTo(2);
        JsonNode letter = first.path("deadLetters").get(0);
        assertThat(letter.path("payload").stringValue()).isEqualTo("noise 0");
        assertThat(letter.path("reason").stringValue()).isEqualTo("no order");
        assertThat(letter.path("replica").stringValue()).isEqualTo("inventory-1");

        JsonNode last = page("/dead-letters?limit=2&after=" + first.path("next").stringValue());
        assertThat(last.path("deadLetters").size()).isEqualTo(1);
        assertThat(last.path("deadLetters").get(0).path("payload").stringValue())
                .isEqualTo("noise 2");
        assertThat(last.has("next")).isFalse();
    }

    @Test
    void aCursorThatIsNoneIs400() {
        assertThat(get("/dead-letters?after=x").statusCode()).isEqualTo(400);
        assertThat(get("/dead-letters?limit=0").statusCode()).isEqualTo(400);
    }

    private JsonNode page(String path) {
        return JsonMapper.shared().readTree(get(path).body());
    }
}
