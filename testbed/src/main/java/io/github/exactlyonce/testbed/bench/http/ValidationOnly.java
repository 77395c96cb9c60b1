package io.github.exactlyonce.testbed.bench.http;

import io.github.exactlyonce.contracts.JsonInput;
import io.github.exactlyonce.contracts.OrderItems;
import io.github.exactlyonce.contracts.OrderRecord;
import io.github.exactlyonce.contracts.OrderStatus;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.http.BoundedBody;
import io.github.exactlyonce.contracts.http.JsonAnswers;
import io.github.exactlyonce.contracts.http.ProblemAdvice;
import io.github.exactlyonce.contracts.http.WarehouseParameter;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Import;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.util.unit.DataSize;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * What the order service's HTTP can do at the most: the same web server, settings, filters and metrics, the same reading and checking of the same request, an answer of the
 * same form, and nothing else. It asks no Redis and writes no log.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import({ProblemAdvice.class, WarehouseParameter.class, JsonAnswers.class, ValidationOnly.Orders.class})
public class ValidationOnly {

    public static void main(String[] args) {
        SpringApplication.run(ValidationOnly.class, args);
    }

    /** What starts it, behind {@code java}, its options and the class path. */
    public static List<String> arguments(int port) {
        return List.of(
                ValidationOnly.class.getName(),
                "--spring.application.name=validation-only",
                "--spring.config.import=classpath:service.yaml",
                "--spring.jackson.default-property-inclusion=non_null",
                "--server.address=127.0.0.1",
                "--server.port=" + port);
    }

    @RestController
    @RequestMapping(path = "/orders", produces = MediaType.APPLICATION_JSON_VALUE)
    static class Orders {

        private static final DataSize MAX_BODY = DataSize.ofKilobytes(64);

        @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
        ResponseEntity<OrderRecord> place(
                HttpServletRequest http,
                @RequestHeader(name = "Idempotency-Key", required = false) @Nullable String idempotencyKey,
                @RequestHeader(name = "Durability", required = false) @Nullable String durability) {
            JsonInput input = JsonInput.read("body", BoundedBody.read(http, MAX_BODY));
            String orderId = Objects.requireNonNullElse(input.id("orderId"), String.valueOf(idempotencyKey));
            Warehouse warehouse = input.warehouse();
            OrderItems items = input.items();
            Instant scheduledFor = input.instant("scheduledFor");
            input.refuseIfInvalid();
            OrderRecord order = OrderRecord.open(
                    orderId,
                    warehouse.isMain() ? null : warehouse,
                    OrderStatus.PLACED,
                    OrderItems.unpack(items.packed()),
                    Instant.now().truncatedTo(ChronoUnit.MILLIS),
                    scheduledFor);
            return ResponseEntity.accepted()
                    .location(URI.create("/orders/" + orderId))
                    .header("Durability", Objects.requireNonNullElse(durability, "memory"))
                    .body(order);
        }
    }
}
