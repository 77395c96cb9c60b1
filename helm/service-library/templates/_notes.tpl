{{- define "service-library.notes.redis" -}}
{{- $redis := include "service-library.redis" . | fromJson -}}
Redis: {{ if eq $redis.mode "url" }}{{ .Values.redis.url }}{{ else if eq $redis.mode "sentinel" }}master {{ .Values.redis.sentinel.master }} of the Sentinels {{ join ", " .Values.redis.sentinel.nodes }}{{ else }}the cluster of {{ join ", " .Values.redis.cluster.nodes }}{{ end }}.
It must be 6.2 or newer with `maxmemory-policy noeviction`, and should have `appendonly yes`. Until it is there no pod is
ready, and a pod's own readiness says what is missing:

  kubectl -n {{ .Release.Namespace }} port-forward deploy/{{ include "service-library.fullname" . }} 8081 &
  curl localhost:8081/actuator/health/readiness
{{- end }}

{{- define "service-library.notes.selector" -}}
app.kubernetes.io/instance={{ .Release.Name }},app.kubernetes.io/name={{ include "service-library.name" . }}
{{- end }}
