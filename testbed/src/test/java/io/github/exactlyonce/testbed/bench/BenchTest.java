package io.github.exactlyonce.testbed.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exactlyonce.testbed.figures.Report;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BenchTest {

    private static final Report CLEAN = new Report("items", "", List.of(), List.of());

    @Test
    void ourOwnMistakeDecidesWhateverElseWasMeasured() {
        Report wrong = new Report("http", "", List.of(), Violations.of(List.of("29 (lost)"), 0));

        assertThat(Bench.exitCode(List.of(CLEAN), List.of())).isZero();
        assertThat(Bench.exitCode(List.of(CLEAN, wrong, CLEAN), List.of())).isEqualTo(1);
        assertThat(Bench.exitCode(List.of(wrong), List.of("latency could not be measured")))
                .isEqualTo(1);
    }

    @Test
    void aPartThatCouldNotBeMeasuredIsNoSuccess() {
        assertThat(Bench.exitCode(List.of(CLEAN), List.of("latency could not be measured")))
                .isEqualTo(2);
    }

    @Test
    void whatWasLostBeforeAPartFailedIsStillAViolation(@TempDir Path directory) throws InterruptedException {
        assertThat(exitCodeOfAFailure(directory, false)).isEqualTo(1);
        assertThat(directory.resolve("http.md")).content().contains("VIOLATED: ");
    }

    @Test
    void aPartThatFailsUnexpectedlyCouldNotBeMeasuredAndLeavesNoFiguresOfAnotherDay(@TempDir Path directory)
            throws IOException, InterruptedException {
        Files.writeString(directory.resolve("http.md"), "of another day");
        Files.writeString(directory.resolve("http-warm-up.svg"), "of another day");
        Files.writeString(directory.resolve("items.md"), "another part");

        assertThat(exitCodeOfAFailure(directory, true)).isEqualTo(2);
        assertThat(directory).isDirectoryContaining("glob:**/items.md");
        assertThat(directory).isDirectoryNotContaining("glob:**/http*");
    }

    private static int exitCodeOfAFailure(Path directory, boolean wasExactBefore) throws InterruptedException {
        BenchOptions options = BenchOptions.parse();
        Bench bench = new Bench(options, new PrintStream(OutputStream.nullOutputStream()));
        Stage stage = new Stage(options);
        stage.enter(new Audited() {
            @Override
            public boolean isExact() {
                return wasExactBefore;
            }

            @Override
            public void close() {}
        });
        bench.measure(
                Part.HTTP,
                part -> {
                    throw new UnsupportedOperationException("nobody has thought of it");
                },
                stage,
                directory);
        return bench.exitCode();
    }

    @Test
    void inEachRoundSomebodyElseComesFirst() {
        List<String> all = List.of("a", "b", "c");

        assertThat(Rotation.of(all, 1)).containsExactly("a", "b", "c");
        assertThat(Rotation.of(all, 2)).containsExactly("b", "c", "a");
        assertThat(Rotation.of(all, 4)).containsExactly("a", "b", "c");
    }

    @Test
    void aWrongStockIsAViolationEvenIfEachOrderHasOneEffect() {
        assertThat(Violations.of(List.of(), 0)).isEmpty();
        assertThat(Violations.of(List.of(), 3)).hasSize(1);
        assertThat(Violations.of(List.of("29 (lost)"), 3)).hasSize(2);
    }

    @Test
    void aViolationNamesFiveOrdersAtMost() {
        assertThat(Violations.of(List.of("1 (lost)", "2 (lost)", "3 (lost)", "4 (lost)", "5 (lost)", "6 (lost)"), 0))
                .containsExactly(
                        "This project lost or repeated orders, among them 1 (lost), 2 (lost), 3 (lost), 4 (lost), 5 (lost).");
    }

    @Test
    void whatARivalLosesIsItsOwnAndWhatWeLoseIsAViolation() {
        assertThat(report(result("a rival", false, List.of("29 (lost)"), 7)).violations())
                .isEmpty();
        assertThat(report(result("ours", true, List.of(), 0)).violations()).isEmpty();
        assertThat(report(result("ours", true, List.of("29 (lost)"), 7)).violations())
                .hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({"6.2.14, false", "7.0.15, false", "7.2.0, true", "8.0.1, true", "10.0, true"})
    void onlyARecentRedisCanWaitForItsDisk(String version, boolean can) {
        assertThat(DurabilityLevels.hasWaitAof(version)).isEqualTo(can);
    }

    private static Report report(ConsumingResult result) {
        return ConsumingResult.report("", List.of(result));
    }

    private static ConsumingResult result(String title, boolean isOurs, List<String> wrong, long drift) {
        WarmUp warmUp = new WarmUp(Duration.ZERO, Duration.ZERO);
        warmUp.add(100, 1);
        Turn turn = new Turn(new Outcome(10, 0, 0, 0, 5, wrong), 1, new Cpu(0, 1, 1, 1, 0));
        return new ConsumingResult(title, "", "", isOurs, wrong, List.of(turn), warmUp, drift, new Footprint(300, 80));
    }
}
