package io.github.exactlyonce.testbed.figures;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ReportTest {

    @Test
    void whatIsViolatedIsNotClean() {
        assertThat(report(List.of()).isClean()).isTrue();
        assertThat(report(List.of("An order is lost.")).isClean()).isFalse();
        assertThat(report(List.of("An order is lost."))).asString().contains("VIOLATED: An order is lost.");
    }

    @Test
    void isKeptAsTextAsJsonAndAsPictures(@TempDir Path directory) throws Exception {
        report(List.of("An order is lost.")).write(directory);

        assertThat(directory.resolve("costs.md")).content().contains("| a | 2 |", "![Costs](costs-bars.svg)");
        assertThat(directory.resolve("costs-bars.svg")).content().startsWith("<svg ");
        JsonNode json = JsonMapper.shared().readTree(Files.readString(directory.resolve("costs.json")));
        assertThat(json.at("/Costs/0/µs").asString()).isEqualTo("2");
        assertThat(json.at("/details/a/0").asInt()).isEqualTo(2);
        assertThat(json.at("/violations/0").asString()).isEqualTo("An order is lost.");
    }

    private static Report report(List<String> violations) {
        Samples two = new Samples();
        two.add(2);
        return new Report(
                "costs",
                "What it costs.",
                List.of(Table.of("Costs", "what", "µs").row("a", "2")),
                List.of(Plot.bars("bars", "Costs", "µs").add("", "a", two)),
                Map.of("a", List.of(2)),
                violations);
    }
}
