BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('4465047574b1');
CREATE TABLE datasets (
	dataset_uuid VARCHAR(36) NOT NULL, 
	experiment_id INTEGER NOT NULL, 
	name VARCHAR(500) NOT NULL, 
	digest VARCHAR(36) NOT NULL, 
	dataset_source_type VARCHAR(36) NOT NULL, 
	dataset_source TEXT NOT NULL, 
	dataset_schema TEXT, 
	dataset_profile TEXT, 
	CONSTRAINT dataset_pk PRIMARY KEY (experiment_id, name, digest), 
	FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id)
);
INSERT INTO "datasets" VALUES('b1f31ed54d434a6d8476005472028f8b',1,'flights.parquet','9f86d081','s3','{"uri": "s3://lake/flights.parquet"}','{"mlflow_colspec": [{"type": "double", "name": "distance"}]}','{"num_rows": 336776}');
INSERT INTO "datasets" VALUES('3428e77ab8f84d0cb589b55d55906103',1,'weather','0a1b2c3d','local','{"uri": "weather.csv"}',NULL,NULL);
CREATE TABLE experiment_tags (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(5000), 
	experiment_id INTEGER NOT NULL, 
	CONSTRAINT experiment_tag_pk PRIMARY KEY ("key", experiment_id), 
	FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id)
);
INSERT INTO "experiment_tags" VALUES('team','pricing',1);
INSERT INTO "experiment_tags" VALUES('mlflow.note.content','Who is late?
**Daily.**',1);
CREATE TABLE experiments (
	experiment_id INTEGER NOT NULL, 
	name VARCHAR(256) NOT NULL, 
	artifact_location VARCHAR(256), 
	lifecycle_stage VARCHAR(32), creation_time BIGINT, last_update_time BIGINT, 
	CONSTRAINT experiment_pk PRIMARY KEY (experiment_id), 
	CONSTRAINT experiments_lifecycle_stage CHECK (lifecycle_stage IN ('active', 'deleted')), 
	UNIQUE (name)
);
INSERT INTO "experiments" VALUES(0,'Default','/srv/mlflow/mlruns/0','active',1795737905596,1795737905596);
INSERT INTO "experiments" VALUES(1,'delays','/srv/mlflow/mlruns/1','active',1795737905613,1795737905613);
INSERT INTO "experiments" VALUES(2,'größe/neu','/srv/mlflow/mlruns/2','active',1795737905629,1795737905629);
INSERT INTO "experiments" VALUES(3,'old tries','/srv/mlflow/mlruns/3','deleted',1795737905649,1795737906279);
CREATE TABLE input_tags (
	input_uuid VARCHAR(36) NOT NULL, 
	name VARCHAR(255) NOT NULL, 
	value VARCHAR(500) NOT NULL, 
	CONSTRAINT input_tags_pk PRIMARY KEY (input_uuid, name)
);
INSERT INTO "input_tags" VALUES('b9a4039217eb4bfaa6bd83752c62482d','mlflow.data.context','training');
INSERT INTO "input_tags" VALUES('b9a4039217eb4bfaa6bd83752c62482d','by','ana');
INSERT INTO "input_tags" VALUES('0d21388a68e64f57912462b09956db20','mlflow.data.context','training');
INSERT INTO "input_tags" VALUES('0d21388a68e64f57912462b09956db20','by','ana');
CREATE TABLE inputs (
	input_uuid VARCHAR(36) NOT NULL, 
	source_type VARCHAR(36) NOT NULL, 
	source_id VARCHAR(36) NOT NULL, 
	destination_type VARCHAR(36) NOT NULL, 
	destination_id VARCHAR(36) NOT NULL, 
	CONSTRAINT inputs_pk PRIMARY KEY (source_type, source_id, destination_type, destination_id)
);
INSERT INTO "inputs" VALUES('b9a4039217eb4bfaa6bd83752c62482d','DATASET','b1f31ed54d434a6d8476005472028f8b','RUN','60e8224c2b4a49639844c88995469b52');
INSERT INTO "inputs" VALUES('dc6cafad7e644176bd88e9967e89cbb9','DATASET','3428e77ab8f84d0cb589b55d55906103','RUN','60e8224c2b4a49639844c88995469b52');
INSERT INTO "inputs" VALUES('0d21388a68e64f57912462b09956db20','DATASET','b1f31ed54d434a6d8476005472028f8b','RUN','0edd79a376114b37b3f29ea797631823');
INSERT INTO "inputs" VALUES('34d2bf043dcd42c49b042e59eef625b7','DATASET','3428e77ab8f84d0cb589b55d55906103','RUN','0edd79a376114b37b3f29ea797631823');
CREATE TABLE "latest_metrics" (
	"key" VARCHAR(250) NOT NULL, 
	value FLOAT NOT NULL, 
	timestamp BIGINT, 
	step BIGINT NOT NULL, 
	is_nan BOOLEAN NOT NULL, 
	run_uuid VARCHAR(32) NOT NULL, 
	CONSTRAINT latest_metric_pk PRIMARY KEY ("key", run_uuid), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid), 
	CHECK (is_nan IN (0, 1))
);
INSERT INTO "latest_metrics" VALUES('val/auc',0.79,1364774429000,29,0,'60e8224c2b4a49639844c88995469b52');
INSERT INTO "latest_metrics" VALUES('loss',0.2,1364774400012,6,0,'60e8224c2b4a49639844c88995469b52');
INSERT INTO "latest_metrics" VALUES('last is nan',0.0,1364774400000,1,1,'60e8224c2b4a49639844c88995469b52');
INSERT INTO "latest_metrics" VALUES('val/auc',1.08,1364774429000,29,0,'0edd79a376114b37b3f29ea797631823');
INSERT INTO "latest_metrics" VALUES('loss',0.2,1364774400012,6,0,'0edd79a376114b37b3f29ea797631823');
INSERT INTO "latest_metrics" VALUES('last is nan',0.0,1364774400000,1,1,'0edd79a376114b37b3f29ea797631823');
INSERT INTO "latest_metrics" VALUES('speed',1.5,1364774400000,1099511627776,0,'78c1f182d8a84241b71868cc517e0b4f');
INSERT INTO "latest_metrics" VALUES('auc',0.5,1364774400000,0,0,'c5a9f1bec09846b9b2b2d98bd5618152');
CREATE TABLE "metrics" (
	"key" VARCHAR(250) NOT NULL, 
	value FLOAT NOT NULL, 
	timestamp BIGINT NOT NULL, 
	run_uuid VARCHAR(32) NOT NULL, 
	step BIGINT DEFAULT '0' NOT NULL, 
	is_nan BOOLEAN DEFAULT '0' NOT NULL, 
	CONSTRAINT metric_pk PRIMARY KEY ("key", timestamp, step, run_uuid, value, is_nan), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid), 
	CHECK (is_nan IN (0, 1))
);
INSERT INTO "metrics" VALUES('val/auc',0.5,1364774400000,'60e8224c2b4a49639844c88995469b52',0,0);
INSERT INTO "metrics" VALUES('val/auc',0.51,1364774401000,'60e8224c2b4a49639844c88995469b52',1,0);
INSERT INTO "metrics" VALUES('val/auc',0.52,1364774402000,'60e8224c2b4a49639844c88995469b52',2,0);
INSERT INTO "metrics" VALUES('val/auc',0.53,1364774403000,'60e8224c2b4a49639844c88995469b52',3,0);
INSERT INTO "metrics" VALUES('val/auc',0.54,1364774404000,'60e8224c2b4a49639844c88995469b52',4,0);
INSERT INTO "metrics" VALUES('val/auc',0.55,1364774405000,'60e8224c2b4a49639844c88995469b52',5,0);
INSERT INTO "metrics" VALUES('val/auc',0.56,1364774406000,'60e8224c2b4a49639844c88995469b52',6,0);
INSERT INTO "metrics" VALUES('val/auc',5.70000000000000062172e-01,1364774407000,'60e8224c2b4a49639844c88995469b52',7,0);
INSERT INTO "metrics" VALUES('val/auc',0.58,1364774408000,'60e8224c2b4a49639844c88995469b52',8,0);
INSERT INTO "metrics" VALUES('val/auc',0.59,1364774409000,'60e8224c2b4a49639844c88995469b52',9,0);
INSERT INTO "metrics" VALUES('val/auc',0.6,1364774410000,'60e8224c2b4a49639844c88995469b52',10,0);
INSERT INTO "metrics" VALUES('val/auc',0.61,1364774411000,'60e8224c2b4a49639844c88995469b52',11,0);
INSERT INTO "metrics" VALUES('val/auc',0.62,1364774412000,'60e8224c2b4a49639844c88995469b52',12,0);
INSERT INTO "metrics" VALUES('val/auc',0.63,1364774413000,'60e8224c2b4a49639844c88995469b52',13,0);
INSERT INTO "metrics" VALUES('val/auc',0.64,1364774414000,'60e8224c2b4a49639844c88995469b52',14,0);
INSERT INTO "metrics" VALUES('val/auc',0.65,1364774415000,'60e8224c2b4a49639844c88995469b52',15,0);
INSERT INTO "metrics" VALUES('val/auc',0.66,1364774416000,'60e8224c2b4a49639844c88995469b52',16,0);
INSERT INTO "metrics" VALUES('val/auc',0.67,1364774417000,'60e8224c2b4a49639844c88995469b52',17,0);
INSERT INTO "metrics" VALUES('val/auc',6.79999999999999937827e-01,1364774418000,'60e8224c2b4a49639844c88995469b52',18,0);
INSERT INTO "metrics" VALUES('val/auc',0.69,1364774419000,'60e8224c2b4a49639844c88995469b52',19,0);
INSERT INTO "metrics" VALUES('val/auc',0.7,1364774420000,'60e8224c2b4a49639844c88995469b52',20,0);
INSERT INTO "metrics" VALUES('val/auc',0.71,1364774421000,'60e8224c2b4a49639844c88995469b52',21,0);
INSERT INTO "metrics" VALUES('val/auc',0.72,1364774422000,'60e8224c2b4a49639844c88995469b52',22,0);
INSERT INTO "metrics" VALUES('val/auc',0.73,1364774423000,'60e8224c2b4a49639844c88995469b52',23,0);
INSERT INTO "metrics" VALUES('val/auc',0.74,1364774424000,'60e8224c2b4a49639844c88995469b52',24,0);
INSERT INTO "metrics" VALUES('val/auc',0.75,1364774425000,'60e8224c2b4a49639844c88995469b52',25,0);
INSERT INTO "metrics" VALUES('val/auc',0.76,1364774426000,'60e8224c2b4a49639844c88995469b52',26,0);
INSERT INTO "metrics" VALUES('val/auc',0.77,1364774427000,'60e8224c2b4a49639844c88995469b52',27,0);
INSERT INTO "metrics" VALUES('val/auc',0.78,1364774428000,'60e8224c2b4a49639844c88995469b52',28,0);
INSERT INTO "metrics" VALUES('val/auc',0.79,1364774429000,'60e8224c2b4a49639844c88995469b52',29,0);
INSERT INTO "metrics" VALUES('loss',0.1,1364774400005,'60e8224c2b4a49639844c88995469b52',-3,0);
INSERT INTO "metrics" VALUES('loss',0.0,1364774400006,'60e8224c2b4a49639844c88995469b52',0,1);
INSERT INTO "metrics" VALUES('loss',1.79769313486231562234e+308,1364774400007,'60e8224c2b4a49639844c88995469b52',1,0);
INSERT INTO "metrics" VALUES('loss',-1.79769313486231562234e+308,1364774400008,'60e8224c2b4a49639844c88995469b52',2,0);
INSERT INTO "metrics" VALUES('loss',0.0,1364774400009,'60e8224c2b4a49639844c88995469b52',3,0);
INSERT INTO "metrics" VALUES('loss',4.94065645841247e-324,1364774400009,'60e8224c2b4a49639844c88995469b52',4,0);
INSERT INTO "metrics" VALUES('loss',1.79769313486231562234e+308,1364774400010,'60e8224c2b4a49639844c88995469b52',5,0);
INSERT INTO "metrics" VALUES('loss',3.00000000000000044408e-01,1364774400011,'60e8224c2b4a49639844c88995469b52',6,0);
INSERT INTO "metrics" VALUES('loss',0.2,1364774400012,'60e8224c2b4a49639844c88995469b52',6,0);
INSERT INTO "metrics" VALUES('loss',0.1,1364774400012,'60e8224c2b4a49639844c88995469b52',6,0);
INSERT INTO "metrics" VALUES('last is nan',1.0,1364774400000,'60e8224c2b4a49639844c88995469b52',0,0);
INSERT INTO "metrics" VALUES('last is nan',0.0,1364774400000,'60e8224c2b4a49639844c88995469b52',1,1);
INSERT INTO "metrics" VALUES('val/auc',0.5,1364774400000,'0edd79a376114b37b3f29ea797631823',0,0);
INSERT INTO "metrics" VALUES('val/auc',0.52,1364774401000,'0edd79a376114b37b3f29ea797631823',1,0);
INSERT INTO "metrics" VALUES('val/auc',0.54,1364774402000,'0edd79a376114b37b3f29ea797631823',2,0);
INSERT INTO "metrics" VALUES('val/auc',0.56,1364774403000,'0edd79a376114b37b3f29ea797631823',3,0);
INSERT INTO "metrics" VALUES('val/auc',0.58,1364774404000,'0edd79a376114b37b3f29ea797631823',4,0);
INSERT INTO "metrics" VALUES('val/auc',0.6,1364774405000,'0edd79a376114b37b3f29ea797631823',5,0);
INSERT INTO "metrics" VALUES('val/auc',0.62,1364774406000,'0edd79a376114b37b3f29ea797631823',6,0);
INSERT INTO "metrics" VALUES('val/auc',0.64,1364774407000,'0edd79a376114b37b3f29ea797631823',7,0);
INSERT INTO "metrics" VALUES('val/auc',0.66,1364774408000,'0edd79a376114b37b3f29ea797631823',8,0);
INSERT INTO "metrics" VALUES('val/auc',6.79999999999999937827e-01,1364774409000,'0edd79a376114b37b3f29ea797631823',9,0);
INSERT INTO "metrics" VALUES('val/auc',0.7,1364774410000,'0edd79a376114b37b3f29ea797631823',10,0);
INSERT INTO "metrics" VALUES('val/auc',0.72,1364774411000,'0edd79a376114b37b3f29ea797631823',11,0);
INSERT INTO "metrics" VALUES('val/auc',0.74,1364774412000,'0edd79a376114b37b3f29ea797631823',12,0);
INSERT INTO "metrics" VALUES('val/auc',0.76,1364774413000,'0edd79a376114b37b3f29ea797631823',13,0);
INSERT INTO "metrics" VALUES('val/auc',0.78,1364774414000,'0edd79a376114b37b3f29ea797631823',14,0);
INSERT INTO "metrics" VALUES('val/auc',0.8,1364774415000,'0edd79a376114b37b3f29ea797631823',15,0);
INSERT INTO "metrics" VALUES('val/auc',8.20000000000000062172e-01,1364774416000,'0edd79a376114b37b3f29ea797631823',16,0);
INSERT INTO "metrics" VALUES('val/auc',8.40000000000000079936e-01,1364774417000,'0edd79a376114b37b3f29ea797631823',17,0);
INSERT INTO "metrics" VALUES('val/auc',0.86,1364774418000,'0edd79a376114b37b3f29ea797631823',18,0);
INSERT INTO "metrics" VALUES('val/auc',0.88,1364774419000,'0edd79a376114b37b3f29ea797631823',19,0);
INSERT INTO "metrics" VALUES('val/auc',0.9,1364774420000,'0edd79a376114b37b3f29ea797631823',20,0);
INSERT INTO "metrics" VALUES('val/auc',9.19999999999999928945e-01,1364774421000,'0edd79a376114b37b3f29ea797631823',21,0);
INSERT INTO "metrics" VALUES('val/auc',0.94,1364774422000,'0edd79a376114b37b3f29ea797631823',22,0);
INSERT INTO "metrics" VALUES('val/auc',0.96,1364774423000,'0edd79a376114b37b3f29ea797631823',23,0);
INSERT INTO "metrics" VALUES('val/auc',0.98,1364774424000,'0edd79a376114b37b3f29ea797631823',24,0);
INSERT INTO "metrics" VALUES('val/auc',1.0,1364774425000,'0edd79a376114b37b3f29ea797631823',25,0);
INSERT INTO "metrics" VALUES('val/auc',1.02,1364774426000,'0edd79a376114b37b3f29ea797631823',26,0);
INSERT INTO "metrics" VALUES('val/auc',1.04,1364774427000,'0edd79a376114b37b3f29ea797631823',27,0);
INSERT INTO "metrics" VALUES('val/auc',1.06,1364774428000,'0edd79a376114b37b3f29ea797631823',28,0);
INSERT INTO "metrics" VALUES('val/auc',1.08,1364774429000,'0edd79a376114b37b3f29ea797631823',29,0);
INSERT INTO "metrics" VALUES('loss',0.1,1364774400005,'0edd79a376114b37b3f29ea797631823',-3,0);
INSERT INTO "metrics" VALUES('loss',0.0,1364774400006,'0edd79a376114b37b3f29ea797631823',0,1);
INSERT INTO "metrics" VALUES('loss',1.79769313486231562234e+308,1364774400007,'0edd79a376114b37b3f29ea797631823',1,0);
INSERT INTO "metrics" VALUES('loss',-1.79769313486231562234e+308,1364774400008,'0edd79a376114b37b3f29ea797631823',2,0);
INSERT INTO "metrics" VALUES('loss',0.0,1364774400009,'0edd79a376114b37b3f29ea797631823',3,0);
INSERT INTO "metrics" VALUES('loss',4.94065645841247e-324,1364774400009,'0edd79a376114b37b3f29ea797631823',4,0);
INSERT INTO "metrics" VALUES('loss',1.79769313486231562234e+308,1364774400010,'0edd79a376114b37b3f29ea797631823',5,0);
INSERT INTO "metrics" VALUES('loss',3.00000000000000044408e-01,1364774400011,'0edd79a376114b37b3f29ea797631823',6,0);
INSERT INTO "metrics" VALUES('loss',0.2,1364774400012,'0edd79a376114b37b3f29ea797631823',6,0);
INSERT INTO "metrics" VALUES('loss',0.1,1364774400012,'0edd79a376114b37b3f29ea797631823',6,0);
INSERT INTO "metrics" VALUES('last is nan',1.0,1364774400000,'0edd79a376114b37b3f29ea797631823',0,0);
INSERT INTO "metrics" VALUES('last is nan',0.0,1364774400000,'0edd79a376114b37b3f29ea797631823',1,1);
INSERT INTO "metrics" VALUES('speed',1.5,1364774400000,'78c1f182d8a84241b71868cc517e0b4f',1099511627776,0);
INSERT INTO "metrics" VALUES('auc',0.5,1364774400000,'c5a9f1bec09846b9b2b2d98bd5618152',0,0);
CREATE TABLE model_version_tags (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(5000), 
	name VARCHAR(256) NOT NULL, 
	version INTEGER NOT NULL, 
	CONSTRAINT model_version_tag_pk PRIMARY KEY ("key", name, version), 
	FOREIGN KEY(name, version) REFERENCES model_versions (name, version) ON UPDATE cascade
);
INSERT INTO "model_version_tags" VALUES('trees','100','flight-delay',1);
INSERT INTO "model_version_tags" VALUES('checked by','ben','flight-delay',2);
CREATE TABLE "model_versions" (
	name VARCHAR(256) NOT NULL, 
	version INTEGER NOT NULL, 
	creation_time BIGINT, 
	last_updated_time BIGINT, 
	description VARCHAR(5000), 
	user_id VARCHAR(256), 
	current_stage VARCHAR(20), 
	source VARCHAR(500), 
	run_id VARCHAR(32), 
	status VARCHAR(20), 
	status_message VARCHAR(500), 
	run_link VARCHAR(500), storage_location VARCHAR(500), 
	CONSTRAINT model_version_pk PRIMARY KEY (name, version), 
	FOREIGN KEY(name) REFERENCES registered_models (name) ON UPDATE CASCADE
);
INSERT INTO "model_versions" VALUES('flight-delay',1,1795737908287,1795737908442,'the first',NULL,'Archived','/srv/mlflow/mlruns/1/60e8224c2b4a49639844c88995469b52/artifacts/model','60e8224c2b4a49639844c88995469b52','READY',NULL,NULL,'/srv/mlflow/mlruns/1/60e8224c2b4a49639844c88995469b52/artifacts/model');
INSERT INTO "model_versions" VALUES('flight-delay',2,1795737908317,1795737908465,NULL,NULL,'Production','/srv/mlflow/mlruns/1/0edd79a376114b37b3f29ea797631823/artifacts/model','0edd79a376114b37b3f29ea797631823','READY',NULL,NULL,'/srv/mlflow/mlruns/1/0edd79a376114b37b3f29ea797631823/artifacts/model');
INSERT INTO "model_versions" VALUES('flight-delay',3,1795737908342,1795737908489,'from another place',NULL,'Staging','s3://elsewhere/model',NULL,'READY',NULL,NULL,'s3://elsewhere/model');
INSERT INTO "model_versions" VALUES('flight-delay',4,1795737908366,1795737908413,NULL,NULL,'Deleted_Internal','REDACTED-SOURCE-PATH','REDACTED-RUN-ID','READY',NULL,'REDACTED-RUN-LINK','/srv/mlflow/mlruns/1/0edd79a376114b37b3f29ea797631823/artifacts/model');
INSERT INTO "model_versions" VALUES('flight-delay',5,1795737908390,1795737908390,NULL,NULL,'None','/srv/mlflow/mlruns/1/60e8224c2b4a49639844c88995469b52/artifacts/model','60e8224c2b4a49639844c88995469b52','READY',NULL,NULL,'/srv/mlflow/mlruns/1/60e8224c2b4a49639844c88995469b52/artifacts/model');
CREATE TABLE "params" (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(8000) NOT NULL, 
	run_uuid VARCHAR(32) NOT NULL, 
	CONSTRAINT param_pk PRIMARY KEY ("key", run_uuid), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid)
);
INSERT INTO "params" VALUES('trees','100','a318b3d94ac94e77a58283fb04b1ab68');
INSERT INTO "params" VALUES('space','a b	c','a318b3d94ac94e77a58283fb04b1ab68');
INSERT INTO "params" VALUES('größe','ü','a318b3d94ac94e77a58283fb04b1ab68');
INSERT INTO "params" VALUES('depth','3','60e8224c2b4a49639844c88995469b52');
INSERT INTO "params" VALUES('depth','7','0edd79a376114b37b3f29ea797631823');
INSERT INTO "params" VALUES('depth','-1','3d324e4aa019485e9a33696e3d1b8509');
CREATE TABLE registered_model_aliases (
	alias VARCHAR(256) NOT NULL, 
	version INTEGER NOT NULL, 
	name VARCHAR(256) NOT NULL, 
	CONSTRAINT registered_model_alias_pk PRIMARY KEY (name, alias), 
	CONSTRAINT registered_model_alias_name_fkey FOREIGN KEY(name) REFERENCES registered_models (name) ON DELETE cascade ON UPDATE cascade
);
INSERT INTO "registered_model_aliases" VALUES('champion',2,'flight-delay');
INSERT INTO "registered_model_aliases" VALUES('challenger',5,'flight-delay');
INSERT INTO "registered_model_aliases" VALUES('production',2,'flight-delay');
CREATE TABLE registered_model_tags (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(5000), 
	name VARCHAR(256) NOT NULL, 
	CONSTRAINT registered_model_tag_pk PRIMARY KEY ("key", name), 
	FOREIGN KEY(name) REFERENCES registered_models (name) ON UPDATE cascade
);
INSERT INTO "registered_model_tags" VALUES('owner','ana','flight-delay');
CREATE TABLE registered_models (
	name VARCHAR(256) NOT NULL, 
	creation_time BIGINT, 
	last_updated_time BIGINT, 
	description VARCHAR(5000), 
	CONSTRAINT registered_model_pk PRIMARY KEY (name), 
	UNIQUE (name)
);
INSERT INTO "registered_models" VALUES('flight-delay',1795737908249,1795737908489,'How late?
In minutes.');
INSERT INTO "registered_models" VALUES('shop.prices.mean',1795737908609,1795737908609,NULL);
CREATE TABLE "runs" (
	run_uuid VARCHAR(32) NOT NULL, 
	name VARCHAR(250), 
	source_type VARCHAR(20), 
	source_name VARCHAR(500), 
	entry_point_name VARCHAR(50), 
	user_id VARCHAR(256), 
	status VARCHAR(9), 
	start_time BIGINT, 
	end_time BIGINT, 
	source_version VARCHAR(50), 
	lifecycle_stage VARCHAR(20), 
	artifact_uri VARCHAR(200), 
	experiment_id INTEGER, deleted_time BIGINT, 
	CONSTRAINT run_pk PRIMARY KEY (run_uuid), 
	CONSTRAINT source_type CHECK (source_type IN ('NOTEBOOK', 'JOB', 'LOCAL', 'UNKNOWN', 'PROJECT')), 
	CONSTRAINT runs_lifecycle_stage CHECK (lifecycle_stage IN ('active', 'deleted')), 
	FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id), 
	CHECK (status IN ('SCHEDULED', 'FAILED', 'FINISHED', 'RUNNING', 'KILLED'))
);
INSERT INTO "runs" VALUES('a318b3d94ac94e77a58283fb04b1ab68','sweep','UNKNOWN','','','ana','FINISHED',1364774400000,1364775600000,'','active','/srv/mlflow/mlruns/1/a318b3d94ac94e77a58283fb04b1ab68/artifacts',1,NULL);
INSERT INTO "runs" VALUES('60e8224c2b4a49639844c88995469b52','depth 3','UNKNOWN','','','ana','FINISHED',1364774460000,1364775000000,'','active','/srv/mlflow/mlruns/1/60e8224c2b4a49639844c88995469b52/artifacts',1,NULL);
INSERT INTO "runs" VALUES('0edd79a376114b37b3f29ea797631823','depth 7','UNKNOWN','','','ana','FINISHED',1364774520000,1364775060000,'','active','/srv/mlflow/mlruns/1/0edd79a376114b37b3f29ea797631823/artifacts',1,NULL);
INSERT INTO "runs" VALUES('526ee6d0c5cc4b7791a246543b1d4d58','of a sweep elsewhere','UNKNOWN','','','ben','FAILED',1364776200000,1364776260000,'','active','/srv/mlflow/mlruns/2/526ee6d0c5cc4b7791a246543b1d4d58/artifacts',2,NULL);
INSERT INTO "runs" VALUES('3f75bb4249f34fa5af6cc0f49144d07d','getötet','UNKNOWN','','','ana','KILLED',1364776320000,1364776380000,'','active','/srv/mlflow/mlruns/2/3f75bb4249f34fa5af6cc0f49144d07d/artifacts',2,NULL);
INSERT INTO "runs" VALUES('78c1f182d8a84241b71868cc517e0b4f','enthused-skink-775','UNKNOWN','','','ana','RUNNING',1364776440000,NULL,'','active','/srv/mlflow/mlruns/2/78c1f182d8a84241b71868cc517e0b4f/artifacts',2,NULL);
INSERT INTO "runs" VALUES('3d324e4aa019485e9a33696e3d1b8509','a mistake','UNKNOWN','','','ana','FINISHED',1364776800000,1364776860000,'','deleted','/srv/mlflow/mlruns/1/3d324e4aa019485e9a33696e3d1b8509/artifacts',1,1795737906214);
INSERT INTO "runs" VALUES('c5a9f1bec09846b9b2b2d98bd5618152','lost','UNKNOWN','','','ana','FINISHED',1364777400000,1364777460000,'','deleted','/srv/mlflow/mlruns/3/c5a9f1bec09846b9b2b2d98bd5618152/artifacts',3,1795737906285);
CREATE TABLE "tags" (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(5000), 
	run_uuid VARCHAR(32) NOT NULL, 
	CONSTRAINT tag_pk PRIMARY KEY ("key", run_uuid), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid)
);
INSERT INTO "tags" VALUES('mlflow.user','ana','a318b3d94ac94e77a58283fb04b1ab68');
INSERT INTO "tags" VALUES('mlflow.note.content','Depth of the trees','a318b3d94ac94e77a58283fb04b1ab68');
INSERT INTO "tags" VALUES('mlflow.runName','sweep','a318b3d94ac94e77a58283fb04b1ab68');
INSERT INTO "tags" VALUES('lines','one
two','a318b3d94ac94e77a58283fb04b1ab68');
INSERT INTO "tags" VALUES('mlflow.source.git.commit','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','a318b3d94ac94e77a58283fb04b1ab68');
INSERT INTO "tags" VALUES('mlflow.user','ana','60e8224c2b4a49639844c88995469b52');
INSERT INTO "tags" VALUES('mlflow.parentRunId','a318b3d94ac94e77a58283fb04b1ab68','60e8224c2b4a49639844c88995469b52');
INSERT INTO "tags" VALUES('mlflow.runName','depth 3','60e8224c2b4a49639844c88995469b52');
INSERT INTO "tags" VALUES('mlflow.user','ana','0edd79a376114b37b3f29ea797631823');
INSERT INTO "tags" VALUES('mlflow.parentRunId','a318b3d94ac94e77a58283fb04b1ab68','0edd79a376114b37b3f29ea797631823');
INSERT INTO "tags" VALUES('mlflow.runName','depth 7','0edd79a376114b37b3f29ea797631823');
INSERT INTO "tags" VALUES('mlflow.user','ben','526ee6d0c5cc4b7791a246543b1d4d58');
INSERT INTO "tags" VALUES('mlflow.parentRunId','a318b3d94ac94e77a58283fb04b1ab68','526ee6d0c5cc4b7791a246543b1d4d58');
INSERT INTO "tags" VALUES('mlflow.runName','of a sweep elsewhere','526ee6d0c5cc4b7791a246543b1d4d58');
INSERT INTO "tags" VALUES('mlflow.user','ana','3f75bb4249f34fa5af6cc0f49144d07d');
INSERT INTO "tags" VALUES('mlflow.runName','getötet','3f75bb4249f34fa5af6cc0f49144d07d');
INSERT INTO "tags" VALUES('mlflow.user','ana','78c1f182d8a84241b71868cc517e0b4f');
INSERT INTO "tags" VALUES('mlflow.runName','enthused-skink-775','78c1f182d8a84241b71868cc517e0b4f');
INSERT INTO "tags" VALUES('mlflow.user','ana','3d324e4aa019485e9a33696e3d1b8509');
INSERT INTO "tags" VALUES('mlflow.runName','a mistake','3d324e4aa019485e9a33696e3d1b8509');
INSERT INTO "tags" VALUES('mlflow.user','ana','c5a9f1bec09846b9b2b2d98bd5618152');
INSERT INTO "tags" VALUES('mlflow.runName','lost','c5a9f1bec09846b9b2b2d98bd5618152');
CREATE TABLE trace_info (
	request_id VARCHAR(50) NOT NULL, 
	experiment_id INTEGER NOT NULL, 
	timestamp_ms BIGINT NOT NULL, 
	execution_time_ms BIGINT, 
	status VARCHAR(50) NOT NULL, 
	CONSTRAINT trace_info_pk PRIMARY KEY (request_id), 
	CONSTRAINT fk_trace_info_experiment_id FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id)
);
CREATE TABLE "trace_request_metadata" (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(8000), 
	request_id VARCHAR(50) NOT NULL, 
	CONSTRAINT trace_request_metadata_pk PRIMARY KEY ("key", request_id), 
	CONSTRAINT fk_trace_request_metadata_request_id FOREIGN KEY(request_id) REFERENCES trace_info (request_id) ON DELETE CASCADE
);
CREATE TABLE "trace_tags" (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(8000), 
	request_id VARCHAR(50) NOT NULL, 
	CONSTRAINT trace_tag_pk PRIMARY KEY ("key", request_id), 
	CONSTRAINT fk_trace_tags_request_id FOREIGN KEY(request_id) REFERENCES trace_info (request_id) ON DELETE CASCADE
);
CREATE INDEX index_metrics_run_uuid ON metrics (run_uuid);
CREATE INDEX index_latest_metrics_run_uuid ON latest_metrics (run_uuid);
CREATE INDEX index_tags_run_uuid ON tags (run_uuid);
CREATE INDEX index_datasets_dataset_uuid ON datasets (dataset_uuid);
CREATE INDEX index_datasets_experiment_id_dataset_source_type ON datasets (experiment_id, dataset_source_type);
CREATE INDEX index_inputs_input_uuid ON inputs (input_uuid);
CREATE INDEX index_inputs_destination_type_destination_id_source_type ON inputs (destination_type, destination_id, source_type);
CREATE INDEX index_params_run_uuid ON params (run_uuid);
CREATE INDEX index_trace_info_experiment_id_timestamp_ms ON trace_info (experiment_id, timestamp_ms);
CREATE INDEX index_trace_tags_request_id ON trace_tags (request_id);
CREATE INDEX index_trace_request_metadata_request_id ON trace_request_metadata (request_id);
COMMIT;
