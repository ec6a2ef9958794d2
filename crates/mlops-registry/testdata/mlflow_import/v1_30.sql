BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('97727af70f4d');
CREATE TABLE experiment_tags (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(5000), 
	experiment_id INTEGER NOT NULL, 
	CONSTRAINT experiment_tag_pk PRIMARY KEY ("key", experiment_id), 
	FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id)
);
CREATE TABLE experiments (
	experiment_id INTEGER NOT NULL, 
	name VARCHAR(256) NOT NULL, 
	artifact_location VARCHAR(256), 
	lifecycle_stage VARCHAR(32), creation_time BIGINT, last_update_time BIGINT, 
	CONSTRAINT experiment_pk PRIMARY KEY (experiment_id), 
	CONSTRAINT experiments_lifecycle_stage CHECK (lifecycle_stage IN ('active', 'deleted')), 
	UNIQUE (name)
);
INSERT INTO "experiments" VALUES(0,'Default','./mlruns/0','active',1795740714421,1795740714421);
INSERT INTO "experiments" VALUES(1,'delays','./mlruns/1','active',1795740714437,1795740714437);
INSERT INTO "experiments" VALUES(2,'größe/neu','./mlruns/2','active',1795740714459,1795740714459);
INSERT INTO "experiments" VALUES(3,'old tries','./mlruns/3','deleted',1795740714477,1795740715252);
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
INSERT INTO "latest_metrics" VALUES('val/auc',0.79,1364774429000,29,0,'853ece9bdcea43b6b3f0efcf6290d8d3');
INSERT INTO "latest_metrics" VALUES('loss',0.2,1364774400012,6,0,'853ece9bdcea43b6b3f0efcf6290d8d3');
INSERT INTO "latest_metrics" VALUES('last is nan',0.0,1364774400000,1,1,'853ece9bdcea43b6b3f0efcf6290d8d3');
INSERT INTO "latest_metrics" VALUES('val/auc',1.08,1364774429000,29,0,'332eabc7e7f54849aeeb27de71fd6e25');
INSERT INTO "latest_metrics" VALUES('loss',0.2,1364774400012,6,0,'332eabc7e7f54849aeeb27de71fd6e25');
INSERT INTO "latest_metrics" VALUES('last is nan',0.0,1364774400000,1,1,'332eabc7e7f54849aeeb27de71fd6e25');
INSERT INTO "latest_metrics" VALUES('speed',1.5,1364774400000,1099511627776,0,'48aac29ec8c84a3d901454bdf06dc981');
INSERT INTO "latest_metrics" VALUES('auc',0.5,1364774400000,0,0,'1d09462a79c64170859bee82c51fbc2e');
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
INSERT INTO "metrics" VALUES('val/auc',0.5,1364774400000,'853ece9bdcea43b6b3f0efcf6290d8d3',0,0);
INSERT INTO "metrics" VALUES('val/auc',0.51,1364774401000,'853ece9bdcea43b6b3f0efcf6290d8d3',1,0);
INSERT INTO "metrics" VALUES('val/auc',0.52,1364774402000,'853ece9bdcea43b6b3f0efcf6290d8d3',2,0);
INSERT INTO "metrics" VALUES('val/auc',0.53,1364774403000,'853ece9bdcea43b6b3f0efcf6290d8d3',3,0);
INSERT INTO "metrics" VALUES('val/auc',0.54,1364774404000,'853ece9bdcea43b6b3f0efcf6290d8d3',4,0);
INSERT INTO "metrics" VALUES('val/auc',0.55,1364774405000,'853ece9bdcea43b6b3f0efcf6290d8d3',5,0);
INSERT INTO "metrics" VALUES('val/auc',0.56,1364774406000,'853ece9bdcea43b6b3f0efcf6290d8d3',6,0);
INSERT INTO "metrics" VALUES('val/auc',5.70000000000000062172e-01,1364774407000,'853ece9bdcea43b6b3f0efcf6290d8d3',7,0);
INSERT INTO "metrics" VALUES('val/auc',0.58,1364774408000,'853ece9bdcea43b6b3f0efcf6290d8d3',8,0);
INSERT INTO "metrics" VALUES('val/auc',0.59,1364774409000,'853ece9bdcea43b6b3f0efcf6290d8d3',9,0);
INSERT INTO "metrics" VALUES('val/auc',0.6,1364774410000,'853ece9bdcea43b6b3f0efcf6290d8d3',10,0);
INSERT INTO "metrics" VALUES('val/auc',0.61,1364774411000,'853ece9bdcea43b6b3f0efcf6290d8d3',11,0);
INSERT INTO "metrics" VALUES('val/auc',0.62,1364774412000,'853ece9bdcea43b6b3f0efcf6290d8d3',12,0);
INSERT INTO "metrics" VALUES('val/auc',0.63,1364774413000,'853ece9bdcea43b6b3f0efcf6290d8d3',13,0);
INSERT INTO "metrics" VALUES('val/auc',0.64,1364774414000,'853ece9bdcea43b6b3f0efcf6290d8d3',14,0);
INSERT INTO "metrics" VALUES('val/auc',0.65,1364774415000,'853ece9bdcea43b6b3f0efcf6290d8d3',15,0);
INSERT INTO "metrics" VALUES('val/auc',0.66,1364774416000,'853ece9bdcea43b6b3f0efcf6290d8d3',16,0);
INSERT INTO "metrics" VALUES('val/auc',0.67,1364774417000,'853ece9bdcea43b6b3f0efcf6290d8d3',17,0);
INSERT INTO "metrics" VALUES('val/auc',6.79999999999999937827e-01,1364774418000,'853ece9bdcea43b6b3f0efcf6290d8d3',18,0);
INSERT INTO "metrics" VALUES('val/auc',0.69,1364774419000,'853ece9bdcea43b6b3f0efcf6290d8d3',19,0);
INSERT INTO "metrics" VALUES('val/auc',0.7,1364774420000,'853ece9bdcea43b6b3f0efcf6290d8d3',20,0);
INSERT INTO "metrics" VALUES('val/auc',0.71,1364774421000,'853ece9bdcea43b6b3f0efcf6290d8d3',21,0);
INSERT INTO "metrics" VALUES('val/auc',0.72,1364774422000,'853ece9bdcea43b6b3f0efcf6290d8d3',22,0);
INSERT INTO "metrics" VALUES('val/auc',0.73,1364774423000,'853ece9bdcea43b6b3f0efcf6290d8d3',23,0);
INSERT INTO "metrics" VALUES('val/auc',0.74,1364774424000,'853ece9bdcea43b6b3f0efcf6290d8d3',24,0);
INSERT INTO "metrics" VALUES('val/auc',0.75,1364774425000,'853ece9bdcea43b6b3f0efcf6290d8d3',25,0);
INSERT INTO "metrics" VALUES('val/auc',0.76,1364774426000,'853ece9bdcea43b6b3f0efcf6290d8d3',26,0);
INSERT INTO "metrics" VALUES('val/auc',0.77,1364774427000,'853ece9bdcea43b6b3f0efcf6290d8d3',27,0);
INSERT INTO "metrics" VALUES('val/auc',0.78,1364774428000,'853ece9bdcea43b6b3f0efcf6290d8d3',28,0);
INSERT INTO "metrics" VALUES('val/auc',0.79,1364774429000,'853ece9bdcea43b6b3f0efcf6290d8d3',29,0);
INSERT INTO "metrics" VALUES('loss',0.1,1364774400005,'853ece9bdcea43b6b3f0efcf6290d8d3',-3,0);
INSERT INTO "metrics" VALUES('loss',0.0,1364774400006,'853ece9bdcea43b6b3f0efcf6290d8d3',0,1);
INSERT INTO "metrics" VALUES('loss',1.79769313486231562234e+308,1364774400007,'853ece9bdcea43b6b3f0efcf6290d8d3',1,0);
INSERT INTO "metrics" VALUES('loss',-1.79769313486231562234e+308,1364774400008,'853ece9bdcea43b6b3f0efcf6290d8d3',2,0);
INSERT INTO "metrics" VALUES('loss',0.0,1364774400009,'853ece9bdcea43b6b3f0efcf6290d8d3',3,0);
INSERT INTO "metrics" VALUES('loss',4.94065645841247e-324,1364774400009,'853ece9bdcea43b6b3f0efcf6290d8d3',4,0);
INSERT INTO "metrics" VALUES('loss',1.79769313486231562234e+308,1364774400010,'853ece9bdcea43b6b3f0efcf6290d8d3',5,0);
INSERT INTO "metrics" VALUES('loss',3.00000000000000044408e-01,1364774400011,'853ece9bdcea43b6b3f0efcf6290d8d3',6,0);
INSERT INTO "metrics" VALUES('loss',0.2,1364774400012,'853ece9bdcea43b6b3f0efcf6290d8d3',6,0);
INSERT INTO "metrics" VALUES('loss',0.1,1364774400012,'853ece9bdcea43b6b3f0efcf6290d8d3',6,0);
INSERT INTO "metrics" VALUES('last is nan',1.0,1364774400000,'853ece9bdcea43b6b3f0efcf6290d8d3',0,0);
INSERT INTO "metrics" VALUES('last is nan',0.0,1364774400000,'853ece9bdcea43b6b3f0efcf6290d8d3',1,1);
INSERT INTO "metrics" VALUES('val/auc',0.5,1364774400000,'332eabc7e7f54849aeeb27de71fd6e25',0,0);
INSERT INTO "metrics" VALUES('val/auc',0.52,1364774401000,'332eabc7e7f54849aeeb27de71fd6e25',1,0);
INSERT INTO "metrics" VALUES('val/auc',0.54,1364774402000,'332eabc7e7f54849aeeb27de71fd6e25',2,0);
INSERT INTO "metrics" VALUES('val/auc',0.56,1364774403000,'332eabc7e7f54849aeeb27de71fd6e25',3,0);
INSERT INTO "metrics" VALUES('val/auc',0.58,1364774404000,'332eabc7e7f54849aeeb27de71fd6e25',4,0);
INSERT INTO "metrics" VALUES('val/auc',0.6,1364774405000,'332eabc7e7f54849aeeb27de71fd6e25',5,0);
INSERT INTO "metrics" VALUES('val/auc',0.62,1364774406000,'332eabc7e7f54849aeeb27de71fd6e25',6,0);
INSERT INTO "metrics" VALUES('val/auc',0.64,1364774407000,'332eabc7e7f54849aeeb27de71fd6e25',7,0);
INSERT INTO "metrics" VALUES('val/auc',0.66,1364774408000,'332eabc7e7f54849aeeb27de71fd6e25',8,0);
INSERT INTO "metrics" VALUES('val/auc',6.79999999999999937827e-01,1364774409000,'332eabc7e7f54849aeeb27de71fd6e25',9,0);
INSERT INTO "metrics" VALUES('val/auc',0.7,1364774410000,'332eabc7e7f54849aeeb27de71fd6e25',10,0);
INSERT INTO "metrics" VALUES('val/auc',0.72,1364774411000,'332eabc7e7f54849aeeb27de71fd6e25',11,0);
INSERT INTO "metrics" VALUES('val/auc',0.74,1364774412000,'332eabc7e7f54849aeeb27de71fd6e25',12,0);
INSERT INTO "metrics" VALUES('val/auc',0.76,1364774413000,'332eabc7e7f54849aeeb27de71fd6e25',13,0);
INSERT INTO "metrics" VALUES('val/auc',0.78,1364774414000,'332eabc7e7f54849aeeb27de71fd6e25',14,0);
INSERT INTO "metrics" VALUES('val/auc',0.8,1364774415000,'332eabc7e7f54849aeeb27de71fd6e25',15,0);
INSERT INTO "metrics" VALUES('val/auc',8.20000000000000062172e-01,1364774416000,'332eabc7e7f54849aeeb27de71fd6e25',16,0);
INSERT INTO "metrics" VALUES('val/auc',8.40000000000000079936e-01,1364774417000,'332eabc7e7f54849aeeb27de71fd6e25',17,0);
INSERT INTO "metrics" VALUES('val/auc',0.86,1364774418000,'332eabc7e7f54849aeeb27de71fd6e25',18,0);
INSERT INTO "metrics" VALUES('val/auc',0.88,1364774419000,'332eabc7e7f54849aeeb27de71fd6e25',19,0);
INSERT INTO "metrics" VALUES('val/auc',0.9,1364774420000,'332eabc7e7f54849aeeb27de71fd6e25',20,0);
INSERT INTO "metrics" VALUES('val/auc',9.19999999999999928945e-01,1364774421000,'332eabc7e7f54849aeeb27de71fd6e25',21,0);
INSERT INTO "metrics" VALUES('val/auc',0.94,1364774422000,'332eabc7e7f54849aeeb27de71fd6e25',22,0);
INSERT INTO "metrics" VALUES('val/auc',0.96,1364774423000,'332eabc7e7f54849aeeb27de71fd6e25',23,0);
INSERT INTO "metrics" VALUES('val/auc',0.98,1364774424000,'332eabc7e7f54849aeeb27de71fd6e25',24,0);
INSERT INTO "metrics" VALUES('val/auc',1.0,1364774425000,'332eabc7e7f54849aeeb27de71fd6e25',25,0);
INSERT INTO "metrics" VALUES('val/auc',1.02,1364774426000,'332eabc7e7f54849aeeb27de71fd6e25',26,0);
INSERT INTO "metrics" VALUES('val/auc',1.04,1364774427000,'332eabc7e7f54849aeeb27de71fd6e25',27,0);
INSERT INTO "metrics" VALUES('val/auc',1.06,1364774428000,'332eabc7e7f54849aeeb27de71fd6e25',28,0);
INSERT INTO "metrics" VALUES('val/auc',1.08,1364774429000,'332eabc7e7f54849aeeb27de71fd6e25',29,0);
INSERT INTO "metrics" VALUES('loss',0.1,1364774400005,'332eabc7e7f54849aeeb27de71fd6e25',-3,0);
INSERT INTO "metrics" VALUES('loss',0.0,1364774400006,'332eabc7e7f54849aeeb27de71fd6e25',0,1);
INSERT INTO "metrics" VALUES('loss',1.79769313486231562234e+308,1364774400007,'332eabc7e7f54849aeeb27de71fd6e25',1,0);
INSERT INTO "metrics" VALUES('loss',-1.79769313486231562234e+308,1364774400008,'332eabc7e7f54849aeeb27de71fd6e25',2,0);
INSERT INTO "metrics" VALUES('loss',0.0,1364774400009,'332eabc7e7f54849aeeb27de71fd6e25',3,0);
INSERT INTO "metrics" VALUES('loss',4.94065645841247e-324,1364774400009,'332eabc7e7f54849aeeb27de71fd6e25',4,0);
INSERT INTO "metrics" VALUES('loss',1.79769313486231562234e+308,1364774400010,'332eabc7e7f54849aeeb27de71fd6e25',5,0);
INSERT INTO "metrics" VALUES('loss',3.00000000000000044408e-01,1364774400011,'332eabc7e7f54849aeeb27de71fd6e25',6,0);
INSERT INTO "metrics" VALUES('loss',0.2,1364774400012,'332eabc7e7f54849aeeb27de71fd6e25',6,0);
INSERT INTO "metrics" VALUES('loss',0.1,1364774400012,'332eabc7e7f54849aeeb27de71fd6e25',6,0);
INSERT INTO "metrics" VALUES('last is nan',1.0,1364774400000,'332eabc7e7f54849aeeb27de71fd6e25',0,0);
INSERT INTO "metrics" VALUES('last is nan',0.0,1364774400000,'332eabc7e7f54849aeeb27de71fd6e25',1,1);
INSERT INTO "metrics" VALUES('speed',1.5,1364774400000,'48aac29ec8c84a3d901454bdf06dc981',1099511627776,0);
INSERT INTO "metrics" VALUES('auc',0.5,1364774400000,'1d09462a79c64170859bee82c51fbc2e',0,0);
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
	run_link VARCHAR(500), 
	CONSTRAINT model_version_pk PRIMARY KEY (name, version), 
	FOREIGN KEY(name) REFERENCES registered_models (name) ON UPDATE CASCADE
);
INSERT INTO "model_versions" VALUES('flight-delay',1,1795740716149,1795740716298,'the first',NULL,'Archived','./mlruns/1/853ece9bdcea43b6b3f0efcf6290d8d3/artifacts/model','853ece9bdcea43b6b3f0efcf6290d8d3','READY',NULL,NULL);
INSERT INTO "model_versions" VALUES('flight-delay',2,1795740716174,1795740716322,NULL,NULL,'Production','./mlruns/1/332eabc7e7f54849aeeb27de71fd6e25/artifacts/model','332eabc7e7f54849aeeb27de71fd6e25','READY',NULL,NULL);
INSERT INTO "model_versions" VALUES('flight-delay',3,1795740716198,1795740716354,'from another place',NULL,'Staging','s3://elsewhere/model',NULL,'READY',NULL,NULL);
INSERT INTO "model_versions" VALUES('flight-delay',4,1795740716222,1795740716270,NULL,NULL,'Deleted_Internal','REDACTED-SOURCE-PATH','REDACTED-RUN-ID','READY',NULL,'REDACTED-RUN-LINK');
INSERT INTO "model_versions" VALUES('flight-delay',5,1795740716246,1795740716246,NULL,NULL,'None','./mlruns/1/853ece9bdcea43b6b3f0efcf6290d8d3/artifacts/model','853ece9bdcea43b6b3f0efcf6290d8d3','READY',NULL,NULL);
CREATE TABLE "params" (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(500) NOT NULL, 
	run_uuid VARCHAR(32) NOT NULL, 
	CONSTRAINT param_pk PRIMARY KEY ("key", run_uuid), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid)
);
INSERT INTO "params" VALUES('trees','100','5e2d8122dcf14b3a8639fda4b9f27455');
INSERT INTO "params" VALUES('space','a b	c','5e2d8122dcf14b3a8639fda4b9f27455');
INSERT INTO "params" VALUES('größe','ü','5e2d8122dcf14b3a8639fda4b9f27455');
INSERT INTO "params" VALUES('depth','3','853ece9bdcea43b6b3f0efcf6290d8d3');
INSERT INTO "params" VALUES('depth','7','332eabc7e7f54849aeeb27de71fd6e25');
INSERT INTO "params" VALUES('depth','-1','761f926c0c0246abbae5211ca4362e9f');
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
INSERT INTO "registered_models" VALUES('flight-delay',1795740716108,1795740716354,'How late?
In minutes.');
INSERT INTO "registered_models" VALUES('shop.prices.mean',1795740716402,1795740716402,NULL);
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
INSERT INTO "runs" VALUES('5e2d8122dcf14b3a8639fda4b9f27455','sweep','UNKNOWN','','','ana','FINISHED',1364774400000,1364775600000,'','active','./mlruns/1/5e2d8122dcf14b3a8639fda4b9f27455/artifacts',1,NULL);
INSERT INTO "runs" VALUES('853ece9bdcea43b6b3f0efcf6290d8d3','depth 3','UNKNOWN','','','ana','FINISHED',1364774460000,1364775000000,'','active','./mlruns/1/853ece9bdcea43b6b3f0efcf6290d8d3/artifacts',1,NULL);
INSERT INTO "runs" VALUES('332eabc7e7f54849aeeb27de71fd6e25','depth 7','UNKNOWN','','','ana','FINISHED',1364774520000,1364775060000,'','active','./mlruns/1/332eabc7e7f54849aeeb27de71fd6e25/artifacts',1,NULL);
INSERT INTO "runs" VALUES('e7787ccea1a34dfbafdadc541f53f68f','of a sweep elsewhere','UNKNOWN','','','ben','FAILED',1364776200000,1364776260000,'','active','./mlruns/2/e7787ccea1a34dfbafdadc541f53f68f/artifacts',2,NULL);
INSERT INTO "runs" VALUES('eeefdd47c2514b80bd5bda99faaecf4f','getötet','UNKNOWN','','','ana','KILLED',1364776320000,1364776380000,'','active','./mlruns/2/eeefdd47c2514b80bd5bda99faaecf4f/artifacts',2,NULL);
INSERT INTO "runs" VALUES('48aac29ec8c84a3d901454bdf06dc981','invincible-shoat-266','UNKNOWN','','','ana','RUNNING',1364776440000,NULL,'','active','./mlruns/2/48aac29ec8c84a3d901454bdf06dc981/artifacts',2,NULL);
INSERT INTO "runs" VALUES('761f926c0c0246abbae5211ca4362e9f','a mistake','UNKNOWN','','','ana','FINISHED',1364776800000,1364776860000,'','deleted','./mlruns/1/761f926c0c0246abbae5211ca4362e9f/artifacts',1,1795740715142);
INSERT INTO "runs" VALUES('1d09462a79c64170859bee82c51fbc2e','lost','UNKNOWN','','','ana','FINISHED',1364777400000,1364777460000,'','deleted','./mlruns/3/1d09462a79c64170859bee82c51fbc2e/artifacts',3,1795740715255);
CREATE TABLE "tags" (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(5000), 
	run_uuid VARCHAR(32) NOT NULL, 
	CONSTRAINT tag_pk PRIMARY KEY ("key", run_uuid), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid)
);
INSERT INTO "tags" VALUES('mlflow.user','ana','5e2d8122dcf14b3a8639fda4b9f27455');
INSERT INTO "tags" VALUES('mlflow.note.content','Depth of the trees','5e2d8122dcf14b3a8639fda4b9f27455');
INSERT INTO "tags" VALUES('mlflow.runName','sweep','5e2d8122dcf14b3a8639fda4b9f27455');
INSERT INTO "tags" VALUES('lines','one
two','5e2d8122dcf14b3a8639fda4b9f27455');
INSERT INTO "tags" VALUES('mlflow.source.git.commit','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','5e2d8122dcf14b3a8639fda4b9f27455');
INSERT INTO "tags" VALUES('mlflow.user','ana','853ece9bdcea43b6b3f0efcf6290d8d3');
INSERT INTO "tags" VALUES('mlflow.parentRunId','5e2d8122dcf14b3a8639fda4b9f27455','853ece9bdcea43b6b3f0efcf6290d8d3');
INSERT INTO "tags" VALUES('mlflow.runName','depth 3','853ece9bdcea43b6b3f0efcf6290d8d3');
INSERT INTO "tags" VALUES('mlflow.user','ana','332eabc7e7f54849aeeb27de71fd6e25');
INSERT INTO "tags" VALUES('mlflow.parentRunId','5e2d8122dcf14b3a8639fda4b9f27455','332eabc7e7f54849aeeb27de71fd6e25');
INSERT INTO "tags" VALUES('mlflow.runName','depth 7','332eabc7e7f54849aeeb27de71fd6e25');
INSERT INTO "tags" VALUES('mlflow.user','ben','e7787ccea1a34dfbafdadc541f53f68f');
INSERT INTO "tags" VALUES('mlflow.parentRunId','5e2d8122dcf14b3a8639fda4b9f27455','e7787ccea1a34dfbafdadc541f53f68f');
INSERT INTO "tags" VALUES('mlflow.runName','of a sweep elsewhere','e7787ccea1a34dfbafdadc541f53f68f');
INSERT INTO "tags" VALUES('mlflow.user','ana','eeefdd47c2514b80bd5bda99faaecf4f');
INSERT INTO "tags" VALUES('mlflow.runName','getötet','eeefdd47c2514b80bd5bda99faaecf4f');
INSERT INTO "tags" VALUES('mlflow.user','ana','48aac29ec8c84a3d901454bdf06dc981');
INSERT INTO "tags" VALUES('mlflow.runName','invincible-shoat-266','48aac29ec8c84a3d901454bdf06dc981');
INSERT INTO "tags" VALUES('mlflow.user','ana','761f926c0c0246abbae5211ca4362e9f');
INSERT INTO "tags" VALUES('mlflow.runName','a mistake','761f926c0c0246abbae5211ca4362e9f');
INSERT INTO "tags" VALUES('mlflow.user','ana','1d09462a79c64170859bee82c51fbc2e');
INSERT INTO "tags" VALUES('mlflow.runName','lost','1d09462a79c64170859bee82c51fbc2e');
CREATE INDEX index_metrics_run_uuid ON metrics (run_uuid);
CREATE INDEX index_latest_metrics_run_uuid ON latest_metrics (run_uuid);
CREATE INDEX index_tags_run_uuid ON tags (run_uuid);
CREATE INDEX index_params_run_uuid ON params (run_uuid);
COMMIT;
