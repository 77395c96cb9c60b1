package io.github.exactlyonce.testbed.bench;

import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.testbed.bench.rivals.Rival;
import io.github.exactlyonce.testbed.figures.Report;
import io.github.exactlyonce.testbed.figures.Samples;
import io.github.exactlyonce.testbed.system.LocalSystem;
import io.lettuce.core.RedisClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.redisson.api.RedissonClient;
import org.springframework.data.redis.core.RedisTemplate;
import org.springframework.integration.redis.util.RedisLockRegistry;

/**
 * {@link Part#CONSUMING}. Every contender is started, then warmed up until its rate is steady; then they take turns, one at a time while the others are idle,
 * so that a machine that gets busier is not one contender's bad luck.
 */
final class Consuming implements Audited {

    private final BenchOptions options;
    private final Progress progress;
    private final List<Contender> contenders = Collections.synchronizedList(new ArrayList<>());
    private final List<Entrant> entrants = new ArrayList<>();

    Consuming(BenchOptions options, Progress progress) {
        this.options = options;
        this.progress = progress;
    }

    Report report() throws InterruptedException {
        About about = new About(options, Part.CONSUMING);
        launch();
        for (Contender contender : contenders) {
            entrants.add(Entrant.ready(contender, options.scope().warmUp(), Entrant.SKUS));
            progress.say("ready: " + contender.title());
        }
        for (Entrant entrant : entrants) {
            warmUp(entrant);
        }
        for (int round = 1; round <= options.rounds(); round++) {
            for (Entrant entrant : Rotation.of(entrants, round)) {
                Turn turn = entrant.turn(options, contenders);
                progress.say("round %d of %d: %s: %s"
                        .formatted(round, options.rounds(), entrant.contender().title(), text(turn)));
            }
        }
        List<ConsumingResult> results = new ArrayList<>();
        Map<Entrant, Footprint> footprints = footprints();
        entrants.forEach(entrant -> results.add(ConsumingResult.of(entrant, footprints.get(entrant))));
        return ConsumingResult.report(about.text(sentences(), redisVersion()), results);
    }

    private Map<Entrant, Footprint> footprints() throws InterruptedException {
        progress.say("weighing %,d orders of each".formatted(Footprint.ORDERS));
        Books.awaitExpiryOfLocks();
        Map<Entrant, Footprint.Held> before = new LinkedHashMap<>();
        for (Entrant entrant : entrants) {
            before.put(entrant, entrant.weigh(contenders));
        }
        Books.awaitExpiryOfLocks();
        Map<Entrant, Footprint> footprints = new LinkedHashMap<>();
        before.forEach((entrant, held) ->
                footprints.put(entrant, entrant.books().held().since(held, Footprint.ORDERS)));
        return footprints;
    }

    private void launch() {
        contenders.add(new RedisAlone(RedisProcess.start()));
        contenders.add(OurReplicas.launch(RedisProcess.start(), "bench", Contender.REPLICAS));
        Path logs = LocalSystem.directoryOf("bench");
        for (Rival rival : Rival.values()) {
            contenders.add(RivalReplicas.launch(rival, RedisProcess.start(), logs));
        }
    }

    @Override
    public boolean isExact() {
        return entrants.stream()
                .filter(entrant -> entrant.contender().isOurs())
                .allMatch(entrant -> entrant.books().wasExact());
    }

    private void warmUp(Entrant entrant) throws InterruptedException {
        while (!entrant.warmUp().isOver()) {
            entrant.warmUp(options, contenders);
            progress.say("warming up: %s: %s orders/s"
                    .formatted(
                            entrant.contender().title(),
                            Samples.text(entrant.warmUp().last())));
        }
    }

    private String sentences() {
        return """
                %,d orders a turn, or as many as go in %d s, and all take turns. %d replicas each, as processes; a Redis for each contender. Orders are published as fast as Redis takes them, but at most %,d ahead of the work. \
                A rate counts orders that were done, up to the last one's first effect. Bytes are those of %,d orders more, when locks have expired. Redisson %s, Spring Integration %s, Spring Data Redis %s, Lettuce %s.""".formatted(
                        options.orders(),
                        options.scope().turn().toSeconds(),
                        Contender.REPLICAS,
                        Publisher.AHEAD,
                        Footprint.ORDERS,
                        version(RedissonClient.class),
                        version(RedisLockRegistry.class),
                        version(RedisTemplate.class),
                        version(RedisClient.class));
    }

    private static String version(Class<?> type) {
        return type.getPackage().getImplementationVersion();
    }

    private String redisVersion() {
        return entrants.get(0).books().redisVersion();
    }

    private static String text(Turn turn) {
        Outcome outcome = turn.outcome();
        return "%s orders/s%s%s"
                .formatted(
                        Samples.text(turn.rate()),
                        outcome.lost() == 0 ? "" : ", %d lost".formatted(outcome.lost()),
                        outcome.repeated() == 0 ? "" : ", %d done more than once".formatted(outcome.repeated()));
    }

    @Override
    public void close() {
        entrants.forEach(Entrant::close);
        contenders.forEach(Contender::close);
        contenders.clear();
    }
}
