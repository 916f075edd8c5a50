{{/* The name of the release's objects. */}}
{{- define "ecron.name" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 53 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 53 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 53 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "ecron.selector" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "ecron.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "ecron.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "ecron.image" -}}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}

{{- define "ecron.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "ecron.name" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{/* Whether the database is a server; db_addr without db_driver selects one. */}}
{{- define "ecron.mysql" -}}
{{- $driver := .Values.config.db_driver | default (ternary "mysql" "sqlite" (hasKey .Values.config "db_addr")) -}}
{{- if eq $driver "mysql" -}}true{{- end -}}
{{- end -}}

{{- define "ecron.several" -}}
{{- if or (gt (int .Values.replicaCount) 1) .Values.autoscaling.enabled -}}true{{- end -}}
{{- end -}}

{{- define "ecron.port" -}}
{{- .Values.config.cron_port | default 12345 | int -}}
{{- end -}}

{{- define "ecron.scheme" -}}
{{- if or .Values.tls.secretName .Values.config.ssl_on -}}HTTPS{{- else -}}HTTP{{- end -}}
{{- end -}}

{{/* The namespaces for Jobs, as a JSON list; by default not the release's namespace, which holds ecron's Secrets. */}}
{{- define "ecron.jobNamespaces" -}}
{{- $named := .Values.config.kubernetes_namespace | default "" -}}
{{- $default := ternary (list $named) (list (include "ecron.ownJobNamespace" .)) (and (ne $named "") (not (contains "{tenant}" $named))) -}}
{{- toJson (.Values.rbac.namespaces | default $default) -}}
{{- end -}}

{{- define "ecron.ownJobNamespace" -}}
{{- printf "%s-jobs" (.Release.Namespace | trunc 58 | trimSuffix "-") -}}
{{- end -}}

{{/* Whether the chart creates the namespace: if values name none. */}}
{{- define "ecron.makesJobNamespace" -}}
{{- if and .Values.config.kubernetes_enabled (not .Values.rbac.namespaces) (not .Values.config.kubernetes_namespace) -}}true{{- end -}}
{{- end -}}

{{/* A duration in ecron's format ("1m30s", "250ms", 30) in whole seconds, rounded up. */}}
{{- define "ecron.seconds" -}}
{{- $total := 0.0 -}}
{{- $text := toString . -}}
{{- if regexMatch "^[0-9.]+$" $text -}}
{{- $total = float64 $text -}}
{{- else -}}
{{- $seconds := dict "ms" 0.001 "s" 1.0 "m" 60.0 "h" 3600.0 "d" 86400.0 -}}
{{- range regexFindAll "[0-9.]+(ms|s|m|h|d)" $text -1 -}}
{{- $unit := regexFind "(ms|s|m|h|d)$" . -}}
{{- $total = addf $total (mulf (trimSuffix $unit . | float64) (get $seconds $unit)) -}}
{{- end -}}
{{- end -}}
{{- ceil $total | int -}}
{{- end -}}

{{- define "ecron.graceSeconds" -}}
{{- $shutdown := include "ecron.seconds" (.Values.config.shutdown_grace | default "30s") | int -}}
{{- $kill := include "ecron.seconds" (.Values.config.command_kill_grace | default "5s") | int -}}
{{- add .Values.preStopSeconds $shutdown $kill 10 -}}
{{- end -}}

{{/* Helm passes numbers as floats and would format a large one as 1e+06. */}}
{{- define "ecron.yamlValue" -}}
{{- if kindIs "float64" . -}}
{{- if eq (floor .) . -}}{{- int64 . -}}{{- else -}}{{- . -}}{{- end -}}
{{- else -}}
{{- toJson . -}}
{{- end -}}
{{- end -}}

{{/* Whether callers use static tokens, which is the default. */}}
{{- define "ecron.tokens" -}}
{{- if eq (.Values.config.auth_mode | default (ternary "other" "token" (hasKey .Values.config "auth_enabled"))) "token" -}}true{{- end -}}
{{- end -}}

{{/* The host names of the API, as a JSON list: those of the Service, the Ingress and the HTTPRoute. */}}
{{- define "ecron.hosts" -}}
{{- $name := include "ecron.name" . -}}
{{- $inside := printf "%s.%s" $name .Release.Namespace -}}
{{- $hosts := list $name $inside (printf "%s.svc" $inside) (printf "%s.svc.cluster.local" $inside) -}}
{{- range .Values.ingress.hosts }}{{- $hosts = append $hosts .host -}}{{- end -}}
{{- range .Values.httpRoute.hostnames }}{{- $hosts = append $hosts . -}}{{- end -}}
{{- toJson $hosts -}}
{{- end -}}

{{/* ecron's configuration file: the chart's settings, overridden by config. */}}
{{- define "ecron.file" -}}
{{- $known := dict "cron_addr" "all" "db_path" "/var/lib/ecron/ecron.db" "run_dir" "/var/lib/ecron/run" -}}
{{- if include "ecron.several" . -}}{{- $_ := set $known "multi_node" true -}}{{- end -}}
{{- if include "ecron.mysql" . -}}{{- $_ := set $known "db_driver" "mysql" -}}{{- end -}}
{{- if .Values.tls.secretName -}}
{{- $_ := set $known "ssl_on" true -}}
{{- $_ := set $known "cert_file" "/etc/ecron/tls/tls.crt" -}}
{{- $_ := set $known "key_file" "/etc/ecron/tls/tls.key" -}}
{{- end -}}
{{- if .Values.database.caSecret.name -}}
{{- $_ := set $known "db_ca_file" (printf "/etc/ecron/database/%s" .Values.database.caSecret.key) -}}
{{- end -}}
{{- if include "ecron.tokens" . -}}
{{- $_ := set $known "auth_mode" "token" -}}
{{- if .Values.tokens.secretName -}}
{{- $_ := set $known "token_file" (printf "/etc/ecron/tokens/%s" .Values.tokens.key) -}}
{{- else -}}
{{- $_ := set $known "token_file" "/var/lib/ecron/tokens" -}}
{{- $_ := set $known "token_init" true -}}
{{- end -}}
{{- end -}}
{{- if not (include "ecron.tokens" .) -}}
{{- $_ := set $known "allowed_hosts" (include "ecron.hosts" . | fromJsonArray) -}}
{{- end -}}
{{- if .Values.serviceMonitor.enabled -}}{{- $_ := set $known "metrics_public" true -}}{{- end -}}
{{- if .Values.jobSecrets.secretName -}}{{- $_ := set $known "secrets_dir" "/etc/ecron/job-secrets" -}}{{- end -}}
{{- if .Values.config.kubernetes_enabled -}}
{{- if not (contains "{tenant}" (.Values.config.kubernetes_namespace | default "")) -}}
{{- $namespaces := include "ecron.jobNamespaces" . | fromJsonArray -}}
{{- $_ := set $known "kubernetes_namespace" (first $namespaces) -}}
{{- $_ := set $known "kubernetes_namespaces" $namespaces -}}
{{- end -}}
{{- end -}}
{{- range $key, $value := merge (deepCopy .Values.config) $known }}
{{- if not (kindIs "invalid" $value) }}
{{ $key }}: {{ include "ecron.yamlValue" $value }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Checks that values.schema.json cannot express: combinations of values. */}}
{{- define "ecron.check" -}}
{{- if and (include "ecron.several" .) (not (include "ecron.mysql" .)) -}}
{{- fail (printf "replicaCount: %d (or autoscaling.enabled) needs config.db_driver: mysql, since one process owns a SQLite file" (int .Values.replicaCount)) -}}
{{- end -}}
{{- if and (include "ecron.several" .) (hasKey .Values.config "multi_node") (not .Values.config.multi_node) -}}
{{- fail "config.multi_node: false lets all replicas but one stand by; leave it out, or say replicaCount: 1" -}}
{{- end -}}
{{- if and (include "ecron.mysql" .) (not .Values.config.db_addr) -}}
{{- fail "config.db_addr: the host of the MySQL or MariaDB server is needed, since config.db_driver is mysql" -}}
{{- end -}}
{{- if and .Values.existingSecret .Values.secrets -}}
{{- fail (printf "secrets: %s cannot be given beside existingSecret: %s" (keys .Values.secrets | sortAlpha | join ", ") .Values.existingSecret) -}}
{{- end -}}
{{- if and (include "ecron.tokens" .) (include "ecron.several" .) (not .Values.tokens.secretName) (not .Values.config.token_file) -}}
{{- fail "tokens.secretName: a Secret with the token file is needed (or another config.auth_mode), since several replicas cannot each make tokens of their own" -}}
{{- end -}}
{{- if and .Values.config.command_enabled (not .Values.config.command_as_self) (not .Values.config.command_user) -}}
{{- fail "config.command_as_self: true is needed (or config.command_user, and the rights to become it), since config.command_enabled is true: commands can then read and change ecron's database, tokens and secrets" -}}
{{- end -}}
{{- if and .Values.config.kubernetes_enabled (has .Release.Namespace .Values.rbac.namespaces) (ne (.Values.config.kubernetes_namespace | default "") .Release.Namespace) -}}
{{- fail (printf "rbac.namespaces: %s is the release's own namespace, where Jobs could read ecron's Secrets; name another, or consent with config.kubernetes_namespace: %s" .Release.Namespace .Release.Namespace) -}}
{{- end -}}
{{- if and .Values.config.kubernetes_enabled (contains "{tenant}" (.Values.config.kubernetes_namespace | default "")) (not .Values.rbac.namespaces) .Values.rbac.create -}}
{{- fail "rbac.namespaces: the tenants' namespaces are needed, since config.kubernetes_namespace has {tenant}; or rbac.create: false" -}}
{{- end -}}
{{- if and .Values.ingress.enabled (not .Values.ingress.hosts) -}}
{{- fail "ingress.hosts: one is needed, since ingress.enabled is true" -}}
{{- end -}}
{{- if and .Values.httpRoute.enabled (not .Values.httpRoute.parentRefs) -}}
{{- fail "httpRoute.parentRefs: one is needed, since httpRoute.enabled is true" -}}
{{- end -}}
{{- if and .Values.autoscaling.enabled (gt (int .Values.autoscaling.minReplicas) (int .Values.autoscaling.maxReplicas)) -}}
{{- fail (printf "autoscaling.minReplicas: %d is more than autoscaling.maxReplicas: %d" (int .Values.autoscaling.minReplicas) (int .Values.autoscaling.maxReplicas)) -}}
{{- end -}}
{{- end -}}

{{- define "ecron.environment" -}}
{{- if or .Values.existingSecret .Values.secrets .Values.extraEnvFrom }}
envFrom:
  {{- if or .Values.existingSecret .Values.secrets }}
  # The keys are option names: user_pwd becomes ECRON_user_pwd.
  - prefix: ECRON_
    secretRef:
      name: {{ .Values.existingSecret | default (printf "%s%s" (include "ecron.name" .) (.secretSuffix | default "")) }}
  {{- end }}
  {{- with .Values.extraEnvFrom }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}
{{- with .Values.extraEnv }}
env:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "ecron.mounts" -}}
- {name: config, mountPath: /etc/ecron/ecron.yaml, subPath: ecron.yaml, readOnly: true}
- {name: data, mountPath: /var/lib/ecron}
{{- if .Values.tls.secretName }}
- {name: tls, mountPath: /etc/ecron/tls, readOnly: true}
{{- end }}
{{- if .Values.database.caSecret.name }}
- {name: database-ca, mountPath: /etc/ecron/database, readOnly: true}
{{- end }}
{{- if .Values.tokens.secretName }}
- {name: tokens, mountPath: /etc/ecron/tokens, readOnly: true}
{{- end }}
{{- if .Values.jobSecrets.secretName }}
- {name: job-secrets, mountPath: /etc/ecron/job-secrets, readOnly: true}
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "ecron.volumes" -}}
- name: config
  configMap: {name: {{ include "ecron.name" . }}{{ .secretSuffix | default "" }}}
- name: data
  {{- if and .Values.persistence.enabled (not .transient) }}
  persistentVolumeClaim:
    claimName: {{ .Values.persistence.existingClaim | default (include "ecron.name" .) }}
  {{- else }}
  emptyDir: {}
  {{- end }}
{{- with .Values.tls.secretName }}
- name: tls
  secret: {secretName: {{ . | quote }}, defaultMode: 0440}
{{- end }}
{{- with .Values.database.caSecret }}
{{- if .name }}
- name: database-ca
  secret: {secretName: {{ .name | quote }}}
{{- end }}
{{- end }}
{{- with .Values.tokens.secretName }}
- name: tokens
  secret: {secretName: {{ . | quote }}, defaultMode: 0440}
{{- end }}
{{- with .Values.jobSecrets.secretName }}
- name: job-secrets
  secret: {secretName: {{ . | quote }}, defaultMode: 0440}
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}
